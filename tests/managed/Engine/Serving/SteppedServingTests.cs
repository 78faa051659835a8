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

/// <summary>
/// The engine's own sessions in the hands of a host that brings its own network and threads: the handlers are those
/// that a server asks, no thread is started and no socket opened.
/// </summary>
public sealed class SteppedServingTests : IDisposable
{
    private static readonly LocalDomains s_domains = new(["d"], _ => false);
    private readonly TemporaryFolder _folder = new();
    private readonly Queue<IJob> _jobs = new();
    private readonly Output _output = new();
    private readonly Host _host = new();
    private readonly MemoryPeer _peer = new() { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 4321) };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_smtp_session_is_stepped_with_the_handlers_of_a_server(bool isInline)
    {
        SteppedSession session = SmtpSession(isInline);
        Assert.Equal("220 mail.example ESMTP\r\n", Send(session, ""));
        Assert.Contains("250-STARTTLS\r\n", Send(session, "EHLO client\r\n"), StringComparison.Ordinal);
        Assert.Equal("220 2.0.0 Ready to start TLS\r\n", Send(session, "STARTTLS\r\nEHLO evil\r\n"));
        Assert.Equal(Next.Read, session.BeginTls("TLSv1.3", TimeSpan.Zero, _output));
        Assert.Contains("250-AUTH ", Send(session, "EHLO client\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("235 ", Send(session, "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n"), StringComparison.Ordinal);
        Assert.Equal(
            "250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n354 Start mail input; end with <CRLF>.<CRLF>\r\n",
            Send(session, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"));
        Assert.Equal("250 2.6.0 Message accepted\r\n221 2.0.0 Bye\r\n", Send(session, "text\r\n.\r\nQUIT\r\n"));
        Assert.Equal(Next.Close, session.Waits);
        Assert.Equal(["SmtpConnect 127.0.0.1", "SmtpSendMessage a@b"], _host.Asked);
    }

    [Fact]
    public void A_pop3_session_is_stepped_with_the_handlers_of_a_server()
    {
        SteppedSession session = Pop3Session();
        Assert.Equal("+OK mail.example POP3 server ready\r\n", Send(session, ""));
        Assert.Equal("+OK send PASS\r\n+OK 1 messages (6 octets)\r\n", Send(session, "USER ann\r\nPASS other\r\n"));
        Assert.Equal("+OK 15 octets\r\nfrom the host\r\n.\r\n", Send(session, "RETR 1\r\n"));
        Assert.Equal("+OK marked for deletion\r\n+OK goodbye\r\n", Send(session, "DELE 1\r\nQUIT\r\n"));
        Assert.Equal(Next.Close, session.Waits);
        Assert.Equal(["PopLogin ann", "PopGetMessage ann", "PopDeleteMessage ann"], _host.Asked);
    }

    [Fact]
    public void The_caller_knows_when_a_session_is_due_to_end_and_ends_it()
    {
        SteppedSession session = SmtpSession(isInline: true);
        Send(session, "");
        TimeSpan end = session.ExpiresAt;
        Assert.Equal(Next.Read, session.Expire(end - TimeSpan.FromTicks(1), _output));
        Assert.Equal((Next.Close, "421 4.4.2 Idle for too long, closing connection\r\n"),
            (session.Expire(end, _output), Take()));
    }

    [Fact]
    public void A_handler_without_a_connection_cannot_read_from_it()
    {
        _host.Receives = true;
        SteppedSession session = SmtpSession(isInline: false);
        Send(session, "");
        Assert.Equal([Fault.State], _host.Received);
    }

    private Accounts Accounts()
        => new(new[] { "ann;secret;;PS", "c;secret;;PS" }.Select(text =>
        {
            Assert.True(Account.TryParse(text, "/", out Account account, out _));
            return account;
        }), s_domains, "realm", _folder.Path);

    private SteppedSession SmtpSession(bool isInline)
    {
        var policy = new RelayPolicy(Accounts(), s_domains, AddressRanges.Empty);
        var dependencies = new SmtpDependencies(
            new MemorySpool([]), _jobs.Enqueue, new HostCallback(_host, RequestAction.All, isInline), () => policy,
            Log.None);
        var options = new SmtpServerOptions { HostName = "mail.example", OfferAuth = true, OfferStartTls = true };
        return new SteppedSession(new SmtpSession(options, new SmtpBackend(dependencies, null), _peer), _peer);
    }

    private SteppedSession Pop3Session()
    {
        var store = new MaildirStore("h");
        store.Deliver(_folder.In("ann"), "id", DateTimeOffset.UnixEpoch, new TextContent("text\n"), false);
        var host = new HostCallback(_host, RequestAction.All, Inline: false);
        return SteppedPop3.Over(_peer, store, _folder, _jobs.Enqueue, host, Accounts);
    }

    /// <summary>Steps until the session wants octets; what it waits for is done here, in between.</summary>
    private string Send(SteppedSession session, string octets)
    {
        Next next = session.Step(Encoding.ASCII.GetBytes(octets), TimeSpan.Zero, _output);
        while (next is Next.Wait or Next.Write)
        {
            if (next == Next.Wait)
                _jobs.Dequeue().Run();
            next = session.Step([], TimeSpan.Zero, _output);
        }
        return Take();
    }

    private string Take()
    {
        string text = Encoding.ASCII.GetString(_output.Written);
        _output.Clear();
        return text;
    }

    /// <summary>Takes every message and every login upon itself.</summary>
    private sealed class Host : IRequestHandler
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;

        public List<string> Asked { get; } = [];
        public List<Fault> Received { get; } = [];
        public bool Receives { get; set; }

        public int Invoke(IRequestStream stream, string name, RequestAction action, in RequestArguments arguments)
        {
            Assert.Equal(_thread, Environment.CurrentManagedThreadId);
            Asked.Add($"{action} {arguments.Text1}");
            if (Receives)
                Received.Add(stream.Receive(new byte[10], out _));
            if (action == RequestAction.PopGetMessage)
                Assert.Equal(Fault.None, stream.Send("from the host\r\n"u8));
            return action == RequestAction.SmtpConnect ? 0 : -1;
        }
    }
}
