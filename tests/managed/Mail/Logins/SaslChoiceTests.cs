using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;

namespace MailModule.Tests.Mail.Logins;

public class SaslChoiceTests
{
    private static readonly string[] s_everything =
    [
        "LOGIN", "PLAIN", "EXTERNAL", "XOAUTH2", "CRAM-MD5", "GSSAPI", "NTLM", "OAUTHBEARER", "scram-sha-1",
        "SCRAM-SHA-1-PLUS", "Scram-Sha-256", "SCRAM-SHA-256-PLUS", "DIGEST-MD5",
    ];

    private static readonly byte[] s_binding = new byte[32];
    private static readonly Credentials s_ann = new("ann", "s3cret");

    [Fact]
    public void The_strongest_that_is_offered_comes_first()
    {
        Assert.Equal(["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"], Names(s_ann, null, s_everything));
        Assert.Equal(["SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN"],
            Names(s_ann, null, "LOGIN", "plain", "CRAM-MD5", "Scram-Sha-256", "GSSAPI"));
        Assert.Equal(["LOGIN"], Names(s_ann, null, "LOGIN", "XOAUTH2", "SCRAM-SHA-256-PLUS"));
        Assert.Empty(Names(s_ann, null));
    }

    [Fact]
    public void Where_a_form_can_be_bound_the_unbound_one_is_not_taken()
    {
        Assert.Equal(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "CRAM-MD5", "PLAIN", "LOGIN"],
            Names(s_ann, s_binding, s_everything));
        Assert.Equal(["SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"],
            Names(s_ann, s_binding, "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256"));
    }

    [Fact]
    public void What_there_is_to_log_in_with_says_which()
    {
        Assert.Equal(["OAUTHBEARER", "XOAUTH2"],
            Names(new Credentials("ann") { Token = () => "x" }, null, s_everything));
        Assert.Equal(["OAUTHBEARER"], Names(new Credentials("") { Token = () => "x" }, null, s_everything));
        Assert.Equal(["EXTERNAL"], Names(new Credentials(""), null, s_everything));
        Assert.Equal(["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"],
            Names(new Credentials("ann", "x") { AuthorizationId = "list" }, null, s_everything));
        Assert.Empty(Names(new Credentials("ann", "x\0y"), null, "PLAIN"));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("LOGIN")]
    [InlineData("cram-md5")]
    [InlineData("SCRAM-SHA-1")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-1-PLUS")]
    [InlineData("Scram-Sha-256-Plus")]
    [InlineData("XOAUTH2")]
    [InlineData("OAUTHBEARER")]
    [InlineData("EXTERNAL")]
    public void Each_is_to_be_had_by_its_name_offered_or_not(string name)
    {
        var login = new Credentials("ann", "x") { Token = () => "x" };
        var server = new SaslServer { EndPointBinding = s_binding };
        Fault fault = SaslMechanisms.TryMake(name, login, server, out ISaslMechanism? mechanism, out string why);
        Assert.Equal(Fault.None, fault);
        Assert.Equal((name.ToUpperInvariant(), ""), (mechanism!.Name, why));
    }

    [Theory]
    [InlineData("PLAIN", true)]
    [InlineData("LOGIN", true)]
    [InlineData("CRAM-MD5", true)]
    [InlineData("XOAUTH2", true)]
    [InlineData("OAUTHBEARER", true)]
    [InlineData("SCRAM-SHA-1", false)]
    [InlineData("SCRAM-SHA-256-PLUS", false)]
    [InlineData("EXTERNAL", false)]
    public void Who_hears_these_has_what_we_log_in_with(string name, bool isClearText)
    {
        var login = new Credentials("ann", "x") { Token = () => "x" };
        SaslMechanisms.TryMake(
            name, login, new SaslServer { EndPointBinding = s_binding }, out ISaslMechanism? mechanism, out _);
        Assert.Equal(isClearText, mechanism!.IsClearText);
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        var token = new Credentials("ann") { Token = () => "x" };
        Assert.Equal((Fault.NotSupported, "known"), Try("GSSAPI", s_ann, "known"));
        Assert.Equal((Fault.NotSupported, "known"), Try("", s_ann, "known"));
        Assert.Equal((Fault.Tls, "TLS"), Try("SCRAM-SHA-256-PLUS", s_ann, "TLS"));
        Assert.Equal((Fault.Argument, "token"), Try("XOAUTH2", s_ann, "token"));
        Assert.Equal((Fault.Argument, "password"), Try("PLAIN", token, "password"));
        Assert.Equal((Fault.Argument, "password"), Try("SCRAM-SHA-1", token, "password"));
        Assert.Equal((Fault.Argument, "user"), Try("LOGIN", new Credentials("", "x"), "user"));
        Assert.Equal((Fault.Argument, "authorization"),
            Try("CRAM-MD5", new Credentials("ann", "x") { AuthorizationId = "list" }, "authorization"));
        Assert.Equal((Fault.Argument, "control"),
            Try("XOAUTH2", new Credentials("a\u0001b") { Token = () => "x" }, "control"));
        Assert.Equal((Fault.Argument, "NUL"), Try("PLAIN", new Credentials("ann", "x\0y"), "NUL"));

        static (Fault, string) Try(string name, Credentials login, string word)
        {
            Fault fault
                = SaslMechanisms.TryMake(name, login, new SaslServer(), out ISaslMechanism? made, out string why);
            Assert.Null(made);
            return (fault, why.Contains(word, StringComparison.Ordinal) ? word : why);
        }
    }

    private static IEnumerable<string> Names(Credentials login, byte[]? binding, params string[] offered)
        => SaslMechanisms.OfferedBy(new SaslServer { Offered = offered, EndPointBinding = binding }, login)
            .Select(mechanism => mechanism.Name);
}
