using System.Security.Cryptography;
using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>
/// Logins over POP3 that a host judges: proofs against the password that it gives, and tokens that only it can judge.
/// </summary>
public sealed class HandledPop3LoginTests
{
    private const string Refused = "-ERR [AUTH] authentication failed\r\n";
    private const Pop3Steps Store = Pop3Steps.Open | Pop3Steps.Retrieve;

    // password "pencil", RFC 7677 §3
    private const string Stored =
        "{SCRAM-SHA-256}4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    public static TheoryData<string, string> Proofs => new()
    {
        { "APOP", "pencil" },
        { "CRAM-MD5", "pencil" },
        { "CRAM-MD5", "{PLAIN}pencil" },
        { "SCRAM-SHA-1", "pencil" },
        { "SCRAM-SHA-256", "pencil" },
        { "SCRAM-SHA-256", Stored },
    };

    [Theory]
    [MemberData(nameof(Proofs))]
    public void Who_proves_the_password_that_the_host_has_given_is_in(string way, string secret)
    {
        Pop3TestTable table = Giving(secret);
        using var run = new Pop3HandlerRun(["pop_apop=1"], table);
        Assert.Equal("+OK 0 messages (0 octets)\r\n", LogIn(run, way, "bob", "pencil"));
        Assert.Equal(["Secret bob", "Open bob|"], Asked(table));
        Assert.Contains(run.Log, line => line.Contains("login of bob", StringComparison.Ordinal)
            && !line.Contains("failed", StringComparison.Ordinal));
        Assert.Equal(Refused, LogIn(run, way, "bob", "pen"));
        Assert.Equal("Secret bob", Asked(table)[^1]);
        Assert.Contains(run.Log, line => line.Contains("login of bob failed", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Log, line => line.Contains("pencil", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("APOP")]
    [InlineData("CRAM-MD5")]
    [InlineData("SCRAM-SHA-1")]
    [InlineData("SCRAM-SHA-256")]
    public void Of_whom_the_host_has_no_password_a_client_hears_nothing_else(string way)
    {
        var table = new Pop3TestTable(Store | Pop3Steps.Secret) { Answer = static (_, _) => HandlerVerdict.Reject };
        using var run = new Pop3HandlerRun(["pop_apop=1"], table);
        Assert.Equal(Refused, LogIn(run, way, "nobody", "pencil"));
        Assert.Equal(["Secret nobody"], Asked(table));
    }

    [Fact]
    public void A_stored_form_proves_what_it_can_and_nothing_else()
    {
        using var run = new Pop3HandlerRun(["pop_apop=1"], Giving(Stored));
        foreach (string way in (string[])["APOP", "CRAM-MD5", "SCRAM-SHA-1"])
            Assert.Equal(Refused, LogIn(run, way, "bob", "pencil"));
        Assert.StartsWith("+OK ", LogIn(run, "SCRAM-SHA-256", "bob", "pencil"), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_host_leaves_it_the_librarys_own_password_counts()
    {
        var table = new Pop3TestTable(Pop3Steps.Secret);
        using var run = new Pop3HandlerRun(["pop_apop=1"], table);
        foreach (string way in (string[])["APOP", "CRAM-MD5", "SCRAM-SHA-256"])
            Assert.StartsWith("+OK ", LogIn(run, way, "ann", "secret"), StringComparison.Ordinal);
        Assert.Equal(Refused, LogIn(run, "CRAM-MD5", "ann", "pencil"));
        Assert.Equal(["Secret ann", "Secret ann", "Secret ann", "Secret ann"], Asked(table));
    }

    [Theory]
    [InlineData(HandlerVerdict.Error, "-ERR [SYS/TEMP] ")]
    [InlineData(HandlerVerdict.Close, "-ERR [SYS/TEMP] closing connection\r\n")]
    public void What_cannot_be_told_now_is_no_failed_login(int verdict, string reply)
    {
        var table = new Pop3TestTable(Store | Pop3Steps.Secret) { Answer = (_, _) => verdict };
        using var run = new Pop3HandlerRun(["pop_apop=1"], table);
        foreach (string way in (string[])["APOP", "CRAM-MD5", "SCRAM-SHA-256"])
            Assert.StartsWith(reply, LogIn(run, way, "bob", "pencil"), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Log, line => line.Contains("failed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("XOAUTH2")]
    [InlineData("OAUTHBEARER")]
    public void A_token_is_the_hosts_to_judge(string way)
    {
        var table = new Pop3TestTable(Store | Pop3Steps.Auth) { Answer = static (_, _) => HandlerVerdict.Accept };
        using var run = new Pop3HandlerRun(["auth_oauth=1"], table);
        Assert.Equal("+OK 0 messages (0 octets)\r\n", LogIn(run, way, "bob", "a-token"));
        Assert.Equal([$"Auth {way} bob a-token", "Open bob|"], Asked(table));
        Assert.DoesNotContain(run.Log, line => line.Contains("a-token", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("XOAUTH2", HandlerVerdict.Reject)]
    [InlineData("OAUTHBEARER", HandlerVerdict.Reject)]
    [InlineData("XOAUTH2", HandlerVerdict.Continue)]
    [InlineData("OAUTHBEARER", HandlerVerdict.Continue)]
    public void A_token_that_the_host_does_not_take_is_refused(string way, int verdict)
    {
        var table = new Pop3TestTable(Store | Pop3Steps.Auth) { Answer = (_, _) => verdict };
        using var run = new Pop3HandlerRun(["auth_oauth=1"], table);
        Assert.Equal(Refused, LogIn(run, way, "ann", "secret"));
        Assert.Equal([$"Auth {way} ann secret"], Asked(table));
    }

    [Fact]
    public void Tokens_are_offered_only_where_a_host_can_judge_them()
    {
        foreach ((Pop3Steps steps, bool offers) in
            ((Pop3Steps, bool)[])[(Pop3Steps.Auth, true), (Pop3Steps.Secret, false), (Pop3Steps.Noop, false)])
        {
            using var run = new Pop3HandlerRun(["auth_oauth=1"], new Pop3TestTable(steps));
            using SteppedHost host = Connect(run);
            host.Send("");
            Assert.Equal(offers, host.Send("CAPA\r\n").Contains(" XOAUTH2", StringComparison.Ordinal));
        }
    }

    // What it has heard, but for the ends of sessions.
    private static string[] Asked(Pop3TestTable table) => [.. table.Asked.Where(step => step != "Close")];

    /// <summary>A host that knows everybody by this password, and has a mailbox for each.</summary>
    private static Pop3TestTable Giving(string secret) => new(Store | Pop3Steps.Secret)
    {
        Answer = (step, session) =>
        {
            if (step == Pop3Steps.Secret)
                Assert.Equal(Fault.None, session.SetSecret(secret));
            return HandlerVerdict.Accept;
        },
    };

    private static SteppedHost Connect(Pop3HandlerRun run) => new(run.Server, "192.0.2.1", tls: "TLSv1.3");

    /// <summary>Logs in as clients do, on a session of its own; the last reply.</summary>
    private static string LogIn(Pop3HandlerRun run, string way, string user, string password)
    {
        using SteppedHost host = Connect(run);
        string greeting = host.Send("");
        if (way == "APOP")
        {
            string stamp = greeting[greeting.IndexOf('<', StringComparison.Ordinal)..].TrimEnd();
            byte[] proof = MD5.HashData(Encoding.UTF8.GetBytes(stamp + password));
            return host.Send($"APOP {user} {Convert.ToHexStringLower(proof)}\r\n");
        }
        var server = new SaslServer { Offered = [.. ServerMechanisms.Names] };
        var login = new Credentials(user, password) { Token = () => password };
        Assert.Equal(Fault.None, SaslMechanisms.TryMake(way, login, server, out ISaslMechanism? mechanism, out _));
        Assert.Equal(Fault.None, mechanism!.Begin(out byte[]? initial));
        string answer = host.Send($"AUTH {way}{(initial is null ? "" : " " + Convert.ToBase64String(initial))}\r\n");
        while (answer.StartsWith("+ ", StringComparison.Ordinal))
            answer = host.Send(mechanism.TryAnswer(Convert.FromBase64String(answer[2..].Trim()), out byte[] next)
                ? Convert.ToBase64String(next) + "\r\n"
                : "*\r\n");
        return answer;
    }
}
