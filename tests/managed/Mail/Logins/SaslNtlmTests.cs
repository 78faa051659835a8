using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;

namespace MailModule.Tests.Mail.Logins;

public class SaslNtlmTests
{
    private static readonly SaslServer s_server = new() { Host = "mx.example" };

    [Theory]
    [InlineData("ann", "", "ann")]
    [InlineData("DOMAIN\\ann", "DOMAIN", "ann")]
    [InlineData("ann@domain.example", "", "ann@domain.example")]
    [InlineData("D\u00d6M\\\u00e4nn", "D\u00d6M", "\u00e4nn")]
    public void A_server_made_by_the_book_takes_each_form_of_a_name(string name, string domain, string user)
    {
        var server = new NtlmServer(domain, user, "s3cr\u00e8t");
        SaslNtlm ntlm = Make(name, "s3cr\u00e8t");
        Assert.False(ntlm.MayBelieveSuccess);
        Assert.True(ntlm.TryAnswer(server.Ask(ntlm.Begin()!), out byte[] proof));
        Assert.True(server.Takes(proof));
        Assert.True(ntlm.MayBelieveSuccess);
        Assert.False(ntlm.TryAnswer(server.Challenge, out _));
    }

    [Fact]
    public void Another_password_is_no_proof()
    {
        var server = new NtlmServer("", "ann", "other");
        SaslNtlm ntlm = Make("ann", "s3cret");
        Assert.True(ntlm.TryAnswer(server.Ask(ntlm.Begin()!), out byte[] proof));
        Assert.False(server.Takes(proof));
    }

    [Fact]
    public void The_server_s_own_digest_is_as_in_its_standard()
        // RFC 1320, appendix A.5
        => Assert.Equal("D79E1C308AA5BBCDEEA8ED63DF412DA9",
            Convert.ToHexString(NtlmServer.Md4("abcdefghijklmnopqrstuvwxyz"u8.ToArray())));

    [Fact]
    public void Ntlm_is_to_be_had_by_its_name_alone()
    {
        var login = new Credentials("ann", "s3cret");
        var server = new SaslServer { Offered = ["NTLM"] };
        Assert.Empty(SaslMechanisms.OfferedBy(server, login));
        Assert.Equal(Fault.None, SaslMechanisms.TryMake("ntlm", login, server, out ISaslMechanism? ntlm, out _));
        Assert.Equal(("NTLM", true), (ntlm!.Name, ntlm.IsClearText));
        Assert.Equal(Fault.Argument,
            SaslMechanisms.TryMake("NTLM", new Credentials("ann"), server, out _, out string why));
        Assert.Contains("password", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ann", "")]
    [InlineData("ann", " ")]
    [InlineData("DOMAIN\\", "s3cret")]
    public void An_empty_name_or_password_begins_nothing(string user, string password)
    {
        SaslNtlm ntlm = Make(user, password);
        Assert.Equal(Fault.Argument, ntlm.Begin(out byte[]? initial));
        Assert.Null(initial);
        Assert.NotEmpty(ntlm.Failure);
        Assert.False(ntlm.TryAnswer("NTLMSSP\0"u8, out _));
    }

    [Fact]
    public void No_beginning_of_a_challenge_is_believed()
    {
        byte[] challenge = new NtlmServer("", "ann", "s3cret").Ask([]);
        for (int length = 0; length < challenge.Length - 4; length++) // the last four octets only end the list
        {
            SaslNtlm ntlm = Make("ann", "s3cret");
            ntlm.Begin();
            Assert.False(ntlm.TryAnswer(challenge.AsSpan(0, length), out byte[] answer), $"{length}");
            Assert.Empty(answer);
            Assert.False(ntlm.MayBelieveSuccess);
        }
    }

    [Fact]
    public void A_challenge_that_is_broken_anywhere_is_answered_or_refused_and_throws_nothing()
    {
        var random = new Random(4711);
        byte[] challenge = new NtlmServer("", "ann", "s3cret").Ask([]);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] broken = [.. challenge];
            for (int i = random.Next(1, 4); i > 0; i--)
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            SaslNtlm ntlm = Make("ann", "s3cret");
            ntlm.Begin();
            Assert.Equal(ntlm.TryAnswer(broken, out byte[] answer), answer.Length > 0);
        }
    }

    private static SaslNtlm Make(string user, string password) => new(new Credentials(user, password), s_server);
}
