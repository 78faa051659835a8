using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;

namespace MailModule.Tests.Mail.Logins;

public class SaslMechanismTests
{
    private static readonly Credentials s_ann = new("ann", "s3cret");

    [Fact]
    public void Plain_says_everything_at_once()
    {
        // RFC 4616 §4
        var plain = new SaslPlain(new Credentials("tim", "tanstaaftanstaaf"));
        Assert.Equal("\0tim\0tanstaaftanstaaf", Encoding.UTF8.GetString(plain.Begin()!));
        Assert.True(plain.MayBelieveSuccess);
        Assert.False(plain.TryAnswer("more?"u8, out _));
    }

    [Fact]
    public void Login_answers_twice_whatever_the_words()
    {
        var login = new SaslLogin(s_ann);
        Assert.Null(login.Begin());
        Assert.True(login.TryAnswer("Username:"u8, out byte[] user));
        Assert.False(login.MayBelieveSuccess);
        Assert.True(login.TryAnswer(""u8, out byte[] password));
        Assert.Equal(("ann", "s3cret"), (Encoding.UTF8.GetString(user), Encoding.UTF8.GetString(password)));
        Assert.True(login.MayBelieveSuccess);
        Assert.False(login.TryAnswer("Once more:"u8, out _));
    }

    [Fact]
    public void Cram_md5_is_as_in_its_standard()
    {
        // RFC 2195 §2
        var cram = new SaslCramMd5(new Credentials("tim", "tanstaaftanstaaf"));
        Assert.Null(cram.Begin());
        Assert.False(cram.MayBelieveSuccess);
        Assert.True(cram.TryAnswer("<1896.697170952@postoffice.reston.mci.net>"u8, out byte[] answer));
        Assert.Equal("tim b913a602c7eda7a495b4e6e7334d3890", Encoding.ASCII.GetString(answer));
        Assert.True(cram.MayBelieveSuccess);
        Assert.False(cram.TryAnswer("<again>"u8, out _));
    }

    [Fact]
    public void Cram_md5_answers_no_empty_challenge() => Assert.False(new SaslCramMd5(s_ann).TryAnswer([], out _));

    [Fact]
    public void Plain_names_whom_to_act_as()
        => Assert.Equal("list\0ann\0s3cret", Encoding.UTF8.GetString(
            new SaslPlain(new Credentials("ann", "s3cret") { AuthorizationId = "list" }).Begin()!));

    [Fact]
    public void External_says_at_most_whom_to_act_as()
    {
        // RFC 4422, appendix A.3
        var named = new SaslExternal(new Credentials("") { AuthorizationId = "fred@example.com" });
        Assert.Equal("fred@example.com", Encoding.UTF8.GetString(named.Begin()!));
        var external = new SaslExternal(new Credentials(""));
        Assert.Empty(external.Begin()!);
        Assert.True(external.MayBelieveSuccess);
        Assert.False(external.TryAnswer([], out _));
        Assert.False(external.IsClearText);
    }

    [Fact]
    public void Garbage_satisfies_nobody()
    {
        var random = new Random(4711);
        byte[] likely = [.. "rsivpcen=,0123456789+/"u8, .. "rOprNGfwEbeRWgbNEkqO"u8, 0, 1, 255];
        for (int round = 0; round < 20_000; round++)
            foreach (ISaslMechanism mechanism in All())
            {
                mechanism.Begin();
                for (int step = 0; step < 3; step++)
                {
                    byte[] noise = [.. Enumerable.Range(0, random.Next(60))
                        .Select(_ => likely[random.Next(likely.Length)])];
                    bool isAnswered = mechanism.TryAnswer(noise, out byte[] answer);
                    Assert.True(isAnswered || answer.Length == 0 || !mechanism.MayBelieveSuccess);
                    Assert.False(mechanism is SaslScram or SaslOAuth && mechanism.MayBelieveSuccess);
                }
            }
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("a\u00a0b\u2003c\u3000", "a b c ")]
    [InlineData("I\u00adX", "IX")] // RFC 4013 §3
    [InlineData("\ufeffx\u200b\u2060y\ufe0f", "xy")]
    [InlineData("gr\u00fc\u00dfe", "gr\u00fc\u00dfe")]
    public void Names_and_passwords_are_prepared_as_far_as_it_goes(string text, string prepared)
        => Assert.Equal(prepared, SaslPrep.Prepare(text));

    [Fact]
    public void A_password_is_not_in_the_text_of_its_owner() => Assert.Equal("ann", s_ann.ToString());

    private static ISaslMechanism[] All()
    {
        var token = new Credentials("ann") { Token = () => "abc" };
        var server = new SaslServer { EndPointBinding = new byte[32] };
        return
        [
            new SaslScram(ScramHash.Sha256, false, s_ann, server, "rOprNGfwEbeRWgbNEkqO"),
            new SaslScram(ScramHash.Sha1, true, s_ann, server, "rOprNGfwEbeRWgbNEkqO"),
            new SaslCramMd5(s_ann), new SaslPlain(s_ann), new SaslLogin(s_ann), new SaslExternal(s_ann),
            new SaslXOAuth2(token), new SaslOAuthBearer(token, server),
        ];
    }
}
