using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Tests.Mail.Logins;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Client;

public class LoginExchangeTests
{
    private const string Error = """{"status":"invalid_token"}""";
    private static readonly byte[] s_binding = SHA256.HashData("a certificate"u8);
    private static readonly Credentials s_token = new("ann") { Token = () => "abc" };
    private readonly VerbByVerb _caller = new();

    [Theory]
    [InlineData("SCRAM-SHA-1", 1)]
    [InlineData("SCRAM-SHA-256", 256)]
    [InlineData("SCRAM-SHA-1-PLUS", 1)]
    [InlineData("SCRAM-SHA-256-PLUS", 256)]
    public void Scram_goes_to_its_end_by_name(string name, int hash)
    {
        bool isPlus = name.EndsWith("-PLUS", StringComparison.Ordinal);
        var server = new ScramServer(
            hash == 1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, "ann", "s3cret", isPlus ? s_binding : null);
        LoginExchange login = Begin(Make(name, new Credentials("ann", "s3cret")), out string said);
        Assert.StartsWith($"AUTH {name} ", said, StringComparison.Ordinal);
        string first = server.TakeFirst(Decode(said.Split(' ')[2]), isPlus)!;
        string final = server.TakeProof(Decode(Challenge(login, first)))!;
        Assert.Equal("\n", Challenge(login, final));
        Assert.Equal(LoginStep.Done, login.OnReply(_caller.Hear("235 in\n"), new Output()));
    }

    [Fact]
    public void Nothing_follows_an_exchange_that_the_server_breaks()
    {
        var ann = new Credentials("ann", "s3cret");
        LoginExchange login = Begin([Make("SCRAM-SHA-256", ann), Make("SCRAM-SHA-1", ann), Make("PLAIN", ann)], out _);
        Assert.Equal("*\n", Challenge(login, "e=other-error", LoginStep.Failed));
        Assert.Equal(Fault.Protocol, login.Failure!.Fault);
        Assert.EndsWith(": other-error", login.Failure.Text, StringComparison.Ordinal);
        Assert.True(_caller.Dialogue.AwaitsReply);
        Assert.Equal(501, _caller.Hear("501 cancelled\n").Code);
        Assert.Equal("NOOP\n", _caller.Say(_caller.Dialogue.Noop));
    }

    [Fact]
    public void A_hash_that_this_machine_forbids_is_followed_by_the_next_mechanism()
    {
        LoginExchange login = Begin(
            [new Forbidden(), Make("PLAIN", new Credentials("ann", "s3cret"))], out string said);
        Assert.Equal("AUTH X-FORBIDDEN\n", said);
        Assert.Equal("*\n", Challenge(login, "x"));
        Assert.Equal("AUTH PLAIN AGFubgBzM2NyZXQ=\n", Answer(login, "501 cancelled\n", LoginStep.Asked));
        Assert.Equal(LoginStep.Done, login.OnReply(_caller.Hear("235 in\n"), new Output()));
    }

    [Fact]
    public void A_hash_that_this_machine_forbids_is_told_where_nothing_follows()
    {
        LoginExchange login = Begin([new Forbidden()], out _);
        Assert.Equal("*\n", Challenge(login, "x", LoginStep.Failed));
        Assert.Equal(Fault.NotSupported, login.Failure!.Fault);
        Assert.Contains("X-FORBIDDEN", login.Failure.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("XOAUTH2", "\n")]
    [InlineData("OAUTHBEARER", "AQ==\n")]
    public void Why_a_token_is_refused_is_kept(string name, string acknowledgement)
    {
        LoginExchange login = Begin(Make(name, s_token), out _);
        Assert.Equal(acknowledgement, Challenge(login, Error));
        Assert.Equal(LoginStep.Failed, login.OnReply(_caller.Hear("535 5.7.8 no\n"), new Output()));
        Assert.Equal((Fault.RefusedPermanent, 535, "the server refuses the login: " + Error),
            (login.Failure!.Fault, login.Failure.Reply!.Code, login.Failure.Text));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(354)]
    public void An_answer_that_is_neither_success_nor_refusal_is_called_so(int code)
    {
        LoginExchange login = Begin(Make("PLAIN", new Credentials("ann", "s3cret")), out _);
        Assert.Equal(LoginStep.Failed, login.OnReply(_caller.Hear($"{code} well\n"), new Output()));
        Assert.Equal(Fault.Protocol, login.Failure!.Fault);
        Assert.Contains($"answers the login with {code}", login.Failure.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Success_behind_a_refused_token_is_not_believed()
    {
        LoginExchange login = Begin(Make("XOAUTH2", s_token), out _);
        Challenge(login, Error);
        Assert.Equal(LoginStep.Failed, login.OnReply(_caller.Hear("235 in\n"), new Output()));
        Assert.Equal(Fault.Protocol, login.Failure!.Fault);
    }

    [Fact]
    public void A_long_token_goes_behind_an_empty_challenge()
    {
        string token = new('x', 2000);
        LoginExchange login = Begin(Make("XOAUTH2", new Credentials("ann") { Token = () => token }), out string said);
        Assert.Equal("AUTH XOAUTH2\n", said);
        Assert.Equal($"user=ann\u0001auth=Bearer {token}\u0001\u0001",
            Encoding.ASCII.GetString(Decode(Challenge(login, ""))));
        Assert.Equal(LoginStep.Done, login.OnReply(_caller.Hear("235 in\n"), new Output()));
    }

    [Fact]
    public void Where_there_is_no_token_nothing_is_said()
    {
        var login = new LoginExchange(Greeted(), [Make("XOAUTH2", new Credentials("ann") { Token = () => null })]);
        Assert.Equal("", _caller.Say(output => Assert.Equal(LoginStep.Failed, login.Begin(output))));
        Assert.Equal((Fault.Cancelled, "XOAUTH2: there is no token"), (login.Failure!.Fault, login.Failure.Text));
    }

    [Fact]
    public void External_without_an_identity_is_an_equals_sign()
    {
        Begin(Make("EXTERNAL", new Credentials("")), out string said);
        Assert.Equal("AUTH EXTERNAL =\n", said);
    }

    private static ISaslMechanism Make(string name, Credentials login)
    {
        var server = new SaslServer { EndPointBinding = s_binding, Offered = ["SCRAM-SHA-1", "SCRAM-SHA-256"] };
        if (!name.EndsWith("-PLUS", StringComparison.Ordinal))
            server = new SaslServer();
        Assert.Equal(Fault.None, SaslMechanisms.TryMake(name, login, server, out ISaslMechanism? mechanism, out _));
        return mechanism!;
    }

    private LoginExchange Begin(ISaslMechanism mechanism, out string said) => Begin([mechanism], out said);

    private LoginExchange Begin(ISaslMechanism[] mechanisms, out string said)
    {
        var login = new LoginExchange(Greeted(), mechanisms);
        said = _caller.Say(output => Assert.Equal(LoginStep.Asked, login.Begin(output)));
        return login;
    }

    private SmtpDialogue Greeted()
    {
        _caller.Hear("220 hello\n");
        _caller.Say(output => _caller.Dialogue.Ehlo("host.example", output));
        _caller.Hear("250 mx.example\n");
        return _caller.Dialogue;
    }

    /// <summary>The server's challenge, in clear; returns what the client answers.</summary>
    private string Challenge(LoginExchange login, string challenge, LoginStep after = LoginStep.Asked)
    {
        string base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(challenge));
        Assert.Equal("", Answer(login, $"334 {base64}\n", LoginStep.Challenged));
        login.ComputeResponse();
        return _caller.Say(output => Assert.Equal(after, login.SendResponse(output)));
    }

    private string Answer(LoginExchange login, string reply, LoginStep after)
    {
        Reply heard = _caller.Hear(reply);
        return _caller.Say(output => Assert.Equal(after, login.OnReply(heard, output)));
    }

    private static byte[] Decode(string base64) => Convert.FromBase64String(base64.Trim());

    /// <summary>As a machine whose policy allows only some hashes has it.</summary>
    private sealed class Forbidden : ISaslMechanism
    {
        public string Name => "X-FORBIDDEN";
        public bool IsClearText => false;
        public bool IsPrompted => false;
        public bool MayBelieveSuccess => false;
        public string Failure => "";

        public Fault Begin(out byte[]? initial)
        {
            initial = null;
            return Fault.None;
        }

        public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer) => throw new CryptographicException();
    }
}
