using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;

namespace MailModule.Tests.Mail.Logins.Server;

public class SaslExchangeTests
{
    private static readonly LoginChannel s_channel = new("mail.example", MechanismSet.All, new byte[32]);

    [Fact]
    public void Each_mechanism_is_found_by_its_name_in_any_case_and_speaks_under_it()
    {
        string[] names = [.. ServerMechanisms.Names];
        Assert.Equal(10, names.Length);
        foreach (string name in names)
        {
            MechanismSet found = ServerMechanisms.Find(Encoding.ASCII.GetBytes(name.ToLowerInvariant()));
            Assert.Equal(name, ServerMechanisms.Begin(found, s_channel).Mechanism);
        }
        foreach (string other in (string[])["", "PLAI", "PLAINS", "NTLM", "ANONYMOUS", "DIGEST-MD5", "GSSAPI"])
            Assert.Equal(MechanismSet.None, ServerMechanisms.Find(Encoding.ASCII.GetBytes(other)));
    }

    [Fact]
    public void Rfc_2195_section_2_is_spoken_to_the_letter()
    {
        var cram = new CramMd5Exchange("<1896.697170952@postoffice.reston.mci.net>");
        cram.Begin();
        Assert.Equal("<1896.697170952@postoffice.reston.mci.net>", Encoding.ASCII.GetString(cram.Challenge));
        Assert.Equal(SaslProgress.FindSecret, Line(cram, "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"));
        Assert.Equal("tim", cram.User);
        cram.Secret = new StoredSecret(new LoginKey(), new PlainPassword("tanstaaftanstaaf"), "TIM");
        Assert.Equal(SaslProgress.Login, cram.Accept());
        Assert.True(cram.IsProved());
        Assert.Equal(SaslProgress.Done, cram.Accept());
    }

    [Fact]
    public void Rfc_1939_section_7_is_spoken_to_the_letter()
    {
        byte[] digest = Convert.FromHexString("c4c9334bac560ecc979e58001b3e22fb");
        var apop = new ApopExchange("<1896.697170952@dbc.mtview.ca.us>", "mrose", digest);
        apop.Secret = new StoredSecret(new LoginKey(), new PlainPassword("tanstaaf"), "MROSE");
        Assert.Equal(SaslProgress.Login, apop.Accept());
        Assert.True(apop.IsProved());
        Assert.Equal(SaslProgress.Done, apop.Accept());
    }

    [Theory]
    [InlineData("<1@x>", "tanstaaf", true)]
    [InlineData("<2@x>", "tanstaaf", false)]
    [InlineData("<1@x>", "tanstaaF", false)]
    [InlineData("<1@x>", "", false)]
    [InlineData("<1@x>", null, false)]
    public void Apop_is_proved_by_the_password_for_this_stamp_alone(string stamp, string? known, bool isProved)
    {
        byte[] digest = MD5.HashData("<1@x>tanstaaf"u8);
        var secret = new StoredSecret(new LoginKey(), known is null ? null : new PlainPassword(known), "TIM");
        Assert.Equal(isProved, new ApopExchange(stamp, "tim", digest) { Secret = secret }.IsProved());
        Assert.False(new ApopExchange(stamp, "tim", digest[1..]) { Secret = secret }.IsProved());
        Assert.False(new ApopExchange(stamp, "tim", MD5.HashData("<1@x>"u8)) { Secret = secret }.IsProved());
        Assert.False(new ApopExchange(stamp, "tim", digest).IsProved());
    }

    [Fact]
    public void A_stamp_is_a_message_id_that_no_other_session_has()
    {
        string stamp = ApopExchange.NewStamp("mail.example");
        Assert.Matches("^<[0-9a-f]{32}@mail\\.example>$", stamp);
        Assert.NotEqual(stamp, ApopExchange.NewStamp("mail.example"));
    }

    [Fact]
    public void User_and_pass_are_an_exchange_whose_password_can_be_wiped()
    {
        byte[] password = [.. "secret"u8];
        var exchange = new UserExchange("tim", password);
        Assert.Equal(("tim", "secret"), (exchange.User, Encoding.ASCII.GetString(exchange.Password)));
        Assert.Equal(SaslProgress.Malformed, exchange.Take([1]));
        exchange.Clear();
        Assert.Equal(new byte[6], password);
    }

    [Theory]
    [InlineData("tim", "other")]
    [InlineData("tim", "")]
    [InlineData("tim", null)]
    public void Cram_md5_is_proved_by_the_password_alone(string user, string? known)
    {
        var cram = new CramMd5Exchange("<1@x>");
        var client = new SaslCramMd5(new Credentials(user, "secret"));
        client.Begin();
        cram.Begin();
        Assert.True(client.TryAnswer(cram.Challenge, out byte[] answer));
        Assert.Equal(SaslProgress.FindSecret, cram.Take(answer));
        cram.Secret = new StoredSecret(new LoginKey(), known is null ? null : new PlainPassword(known), "TIM");
        Assert.False(cram.IsProved());
    }

    [Theory]
    [InlineData("")]
    [InlineData("tim")]
    [InlineData(" b913a602c7eda7a495b4e6e7334d3890")]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d389")]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d38900")]
    [InlineData("tim b913a602c7eda7a495b4e6e7334d389g")]
    [InlineData("t\0m b913a602c7eda7a495b4e6e7334d3890")]
    public void Cram_md5_takes_a_name_and_a_digest(string answer)
        => Assert.Equal(SaslProgress.Malformed, new CramMd5Exchange("<1@x>").Take(Encoding.UTF8.GetBytes(answer)));

    [Fact]
    public void No_challenge_of_cram_md5_comes_twice()
    {
        string[] challenges = [.. Enumerable.Range(0, 20).Select(_ =>
        {
            SaslExchange cram = ServerMechanisms.Begin(MechanismSet.CramMd5, s_channel);
            cram.Begin();
            return Encoding.ASCII.GetString(cram.Challenge);
        })];
        Assert.Equal(20, challenges.Distinct().Count());
        Assert.All(challenges, challenge => Assert.Matches("^<[0-9a-f]{32}@mail.example>$", challenge));
    }

    // RFC 7628 §4.1, and the form of XOAUTH2
    [Theory]
    [InlineData(false,
        "n,a=user@example.com,\u0001host=server.example.com\u0001port=143\u0001auth=Bearer vF9dft4qmTc2Nvb3RlckBh\u0001"
            + "\u0001", "user@example.com", "vF9dft4qmTc2Nvb3RlckBh")]
    [InlineData(false, "n,,\u0001auth=Bearer x\u0001\u0001", "", "x")]
    [InlineData(false, "n,a=a=3Db=2Cc,\u0001auth=bearer x==\u0001\u0001", "a=b,c", "x==")]
    [InlineData(true, "user=ann\u0001auth=Bearer ya29.vF9==\u0001\u0001", "ann", "ya29.vF9==")]
    public void A_token_and_its_user_are_read(bool isXOAuth2, string message, string user, string token)
    {
        var exchange = new OAuthExchange(isXOAuth2, TokenHint.None);
        Assert.Equal(SaslProgress.Login, exchange.Take(Encoding.UTF8.GetBytes(message)));
        Assert.Equal((user, token), (exchange.User, exchange.Token));
        Assert.Equal(SaslProgress.Done, exchange.Accept());
    }

    [Theory]
    [InlineData(false, "n,,\u0001auth=Bearer x\u0001")]
    [InlineData(false, "n,,\u0001auth=Bearer x")]
    [InlineData(false, "n,,\u0001auth=Bearer \u0001\u0001")]
    [InlineData(false, "n,,\u0001auth=Basic x\u0001\u0001")]
    [InlineData(false, "n,,\u0001auth=Bearer x y\u0001\u0001")]
    [InlineData(false, "n,,\u0001auth=Bearer x\u0001auth=Bearer y\u0001\u0001")]
    [InlineData(false, "n,,\u0001host=x\u0001\u0001")]
    [InlineData(false, "n,,\u0001\u0001")]
    [InlineData(false, "p=tls-unique,,\u0001auth=Bearer x\u0001\u0001")]
    [InlineData(false, "n,a=,\u0001auth=Bearer x\u0001\u0001")]
    [InlineData(false, "n\u0001auth=Bearer x\u0001\u0001")]
    [InlineData(false, "n,,\u0001auth=Bearer x\0\u0001\u0001")]
    [InlineData(false, "user=ann\u0001auth=Bearer x\u0001\u0001")]
    [InlineData(true, "n,,\u0001auth=Bearer x\u0001\u0001")]
    [InlineData(true, "user=\u0001auth=Bearer x\u0001\u0001")]
    [InlineData(true, "user=ann\u0001auth=Bearer x\u0001\u0001\u0001")]
    [InlineData(true, "")]
    public void What_is_no_token_message_is_refused(bool isXOAuth2, string message)
        => Assert.Equal(SaslProgress.Malformed,
            new OAuthExchange(isXOAuth2, TokenHint.None).Take(Encoding.UTF8.GetBytes(message)));

    [Theory]
    [InlineData(false, "invalid_token")]
    [InlineData(true, "400")]
    public void Rfc_7628_section_3_2_3_a_refused_token_is_told_of_in_json_and_the_answer_ends_it(
        bool isXOAuth2, string status)
    {
        var exchange = new OAuthExchange(isXOAuth2, TokenHint.None);
        string name = isXOAuth2 ? "user=ann" : "n,,";
        exchange.Take(Encoding.UTF8.GetBytes($"{name}\u0001auth=Bearer x\u0001\u0001"));
        Assert.Equal(SaslProgress.Challenge, exchange.Refuse());
        using var json = System.Text.Json.JsonDocument.Parse(exchange.Challenge);
        Assert.Equal(status, json.RootElement.GetProperty("status").GetString());
        Assert.Equal("bearer", json.RootElement.GetProperty("schemes").GetString());
        Assert.Equal(2, json.RootElement.EnumerateObject().Count());
        Assert.Equal(SaslProgress.Refused, exchange.Take([1]));
        Assert.Equal(SaslProgress.Malformed, exchange.Take([1]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rfc_7628_section_3_2_2_a_client_whose_token_is_refused_hears_what_a_good_one_is(bool isXOAuth2)
    {
        var hint = new TokenHint("mail.send mail.read", "https://op.example/.well-known/openid-configuration");
        var exchange = new OAuthExchange(isXOAuth2, hint);
        exchange.Take(Encoding.UTF8.GetBytes($"{(isXOAuth2 ? "user=ann" : "n,,")}\u0001auth=Bearer x\u0001\u0001"));
        exchange.Refuse();
        using var json = System.Text.Json.JsonDocument.Parse(exchange.Challenge);
        Assert.Equal(hint.Scope, json.RootElement.GetProperty("scope").GetString());
        Assert.Equal(hint.Configuration, json.RootElement.GetProperty("openid-configuration").GetString());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("ann", "ann")]
    public void External_says_at_most_whom_to_act_as(string message, string identity)
    {
        var external = new ExternalExchange();
        Assert.Equal(SaslProgress.Login, external.Take(Encoding.UTF8.GetBytes(message)));
        Assert.Equal(identity, external.Identity);
        Assert.Equal(SaslProgress.Malformed, new ExternalExchange().Take([(byte)'a', 0]));
    }

    [Theory]
    [InlineData("*", SaslProgress.Cancelled)]
    [InlineData("* \t", SaslProgress.Cancelled)]
    [InlineData("**", SaslProgress.Malformed)]
    [InlineData("AA=", SaslProgress.Malformed)]
    [InlineData("not base64", SaslProgress.Malformed)]
    public void Each_mechanism_can_be_given_up_and_wants_base64(string line, object progress)
    {
        foreach (string name in ServerMechanisms.Names)
        {
            MechanismSet mechanism = ServerMechanisms.Find(Encoding.ASCII.GetBytes(name));
            Assert.Equal((SaslProgress)progress, Line(ServerMechanisms.Begin(mechanism, s_channel), line));
        }
    }

    [Theory]
    [InlineData(true, true, true, MechanismSet.All)]
    [InlineData(true, false, false, MechanismSet.All & ~MechanismSet.Bound & ~MechanismSet.External)]
    [InlineData(false, false, false,
        MechanismSet.ScramSha1 | MechanismSet.ScramSha256 | MechanismSet.CramMd5)]
    public void What_is_offered_depends_on_the_connection(
        bool allowsClearText, bool hasBinding, bool hasCertificate, object usable)
        => Assert.Equal((MechanismSet)usable, ServerMechanisms.Usable(
            MechanismSet.All, allowsClearText, hasBinding, hasCertificate));

    private static SaslProgress Line(SaslExchange exchange, string line)
        => exchange.TakeLine(Encoding.ASCII.GetBytes(line));
}
