using System.Net;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>A user logs in by every way to write his name, over SMTP and POP3, and as nobody else.</summary>
public sealed class LoginNameTests : IDisposable
{
    private static readonly LocalDomains s_domains = new(["d.example"], _ => false);
    private readonly TemporaryFolder _folder = new();
    private readonly Queue<IJob> _jobs = new();
    private readonly TurnedTimers _clock = new();
    private readonly Output _output = new();
    private readonly MaildirStore _store = new("h");

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("ANN")]
    [InlineData("ann@d.example")]
    [InlineData("Ann@D.Example")]
    public void A_full_address_or_another_case_is_the_same_user(string name)
    {
        Assert.StartsWith("235 ", Auth($"\0{name}\0secret"), StringComparison.Ordinal);
        Assert.StartsWith("+OK", Pass(name, "secret"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ann@other.example")]
    [InlineData("ann@")]
    [InlineData("@d.example")]
    [InlineData("nobody@d.example")]
    public void What_is_another_users_name_or_nobodys_is_refused(string name)
    {
        Assert.StartsWith("535 ", Auth($"\0{name}\0secret"), StringComparison.Ordinal);
        Assert.StartsWith("-ERR [AUTH]", Pass(name, "secret"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ann", "ann")]
    [InlineData("ann@d.example", "ann")]
    [InlineData("ANN", "ann@d.example")]
    [InlineData("", "ann")]
    public void An_authorization_identity_that_is_the_user_is_taken(string identity, string name)
        => Assert.StartsWith("235 ", Auth($"{identity}\0{name}\0secret"), StringComparison.Ordinal);

    [Theory]
    [InlineData("bob", "secret")]
    [InlineData("bob@d.example", "secret")]
    [InlineData("ann@other.example", "secret")]
    [InlineData("nobody", "secret")]
    [InlineData("ann", "wrong")]
    public void Who_asks_to_act_as_another_is_refused_as_with_a_wrong_password(string identity, string password)
        => Assert.Equal("535 5.7.8 Authentication credentials invalid\r\n", Auth($"{identity}\0ann\0{password}"));

    [Theory]
    [InlineData("HELO x\r\n")]
    [InlineData("EHLO x\r\n")]
    public void Helo_is_enough_and_blanks_behind_base64_are_nothing(string hello)
    {
        SteppedSession session = Smtp(hello);
        Assert.Equal("334 VXNlcm5hbWU6\r\n", Send(session, "AUTH LOGIN\r\n"));
        Assert.Equal("334 UGFzc3dvcmQ6\r\n", Send(session, "YW5u \r\n"));
        Assert.StartsWith("235 ", Send(session, "c2VjcmV0 \t\r\n"), StringComparison.Ordinal);
    }

    private string Auth(string message)
        => Send(Smtp("EHLO x\r\n"), $"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes(message))}\r\n");

    private string Pass(string name, string password)
    {
        var host = new HostCallback(null, RequestAction.None, false);
        SteppedSession session = SteppedPop3.Over(
            Peer(), _store, _folder, _jobs.Enqueue, host, Accounts, new Guessing(_clock));
        Send(session, $"USER {name}\r\n");
        string answer = Send(session, $"PASS {password}\r\n");
        session.Lose(Fault.Closed);
        return answer;
    }

    private SteppedSession Smtp(string hello)
    {
        var policy = new RelayPolicy(Accounts(), s_domains, AddressRanges.Empty);
        var host = new HostCallback(null, RequestAction.None, false);
        var dependencies = new SmtpDependencies(new MemorySpool([]), _jobs.Enqueue, host, () => policy, Log.None)
        {
            Guessing = new Guessing(_clock),
        };
        var options = new SmtpServerOptions { HostName = "mail.example", OfferAuth = true, PlainAuthWithoutTls = true };
        MemoryPeer peer = Peer();
        var session = new SteppedSession(
            new SmtpSession(options, new SmtpBackend(dependencies, null), peer), peer);
        Send(session, hello);
        return session;
    }

    private Accounts Accounts()
        => new(new[] { "ann;secret;;PS", "bob;secret;;PS" }.Select(text =>
        {
            Assert.True(Account.TryParse(text, "/", out Account account, out _));
            return account;
        }), s_domains, "realm", _folder.Path);

    private static MemoryPeer Peer()
        => new() { RemoteEndPoint = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 4321) };

    // What is wrong is answered late.
    private string Send(SteppedSession session, string octets)
    {
        session.Step(Encoding.UTF8.GetBytes(octets), default, _output);
        while (session.Waits == Next.Wait)
        {
            if (_jobs.Count == 0)
                _clock.Turn(1);
            while (_jobs.TryDequeue(out IJob? job))
                job.Run();
            session.Step([], default, _output);
        }
        string replies = Encoding.UTF8.GetString(_output.Written);
        _output.Clear();
        return replies;
    }
}
