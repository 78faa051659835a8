using System.Text;
using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>
/// A whole engine with a server that listens nowhere, and tables of handlers; sessions with it are stepped by the test.
/// </summary>
internal sealed class HandlerRun : IDisposable
{
    public const string Hello = "HELO me\r\n";
    public const string Begun = Hello + "MAIL FROM:<a@b.example>\r\n";
    private readonly TemporaryFolder _folder = new();
    private readonly MailEngine _engine = new();
    private readonly List<string> _lines = [];

    public HandlerRun(params ISmtpHandlers[] tables)
        : this([], ServerOptions.NoPort, SmtpProtocol.Smtp, tables)
    {
    }

    public HandlerRun(string[] settings, int port, SmtpProtocol protocol, params ISmtpHandlers[] tables)
    {
        _engine.SetLogSink((_, _, text) =>
        {
            lock (_lines)
                _lines.Add(text);
        }, LogLevel.Info);
        Set("mail_root", _folder.In("mail"));
        Set("smtp_name", "mail.example");
        Set("user", "ann;secret;;PS");
        Set("smtptls", "0");
        Set("tarpit", "0");
        Set("smtp_range", "192.0.2.1");
        foreach (string check in (string[])["spf", "dkim_verify", "arc"])
            Set(check, "0");
        foreach (string one in settings)
            Set(one[..one.IndexOf('=')], one[(one.IndexOf('=') + 1)..]);
        var options = new ServerOptions
        {
            Port = port,
            Addresses = "127.0.0.1",
            Handlers = tables,
            Protocol = protocol,
        };
        Assert.Equal(Fault.None, _engine.StartServer(ServerKind.Smtp, options, out StartedServer? server));
        Server = server!;
    }

    public StartedServer Server { get; }
    public MailEngine Engine => _engine;

    public string[] Log
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public SteppedHost Connect(string? client = "198.51.100.7", SmtpProtocol protocol = SmtpProtocol.Smtp)
        => new(Server, client, protocol);

    /// <summary>The messages in a user's mailbox, once so many are there.</summary>
    public string[] Delivered(int count, string user = "ann")
    {
        string folder = _folder.In($"mail/users/{user}/Maildir/new");
        // a delivery tells nobody outside
        Assert.True(SpinWait.SpinUntil(
            () => Directory.Exists(folder) && Directory.GetFiles(folder).Length >= count, Loopback.Loop.Long));
        return [.. Directory.GetFiles(folder).Select(File.ReadAllText)];
    }

    /// <summary>The messages in a user's mailbox, as Latin-1.</summary>
    public string[] Mailbox(string user = "ann")
    {
        string folder = _folder.In($"mail/users/{user}/Maildir/new");
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder).Select(file => File.ReadAllText(file, Encoding.Latin1))]
            : [];
    }

    public bool HasScratch => Directory.Exists(_folder.In("mail/scratch"))
        && Directory.GetFiles(_folder.In("mail/scratch")).Length > 0;

    public void Dispose()
    {
        _engine.Close();
        _engine.Stop(Loopback.Loop.Long);
        _folder.Dispose();
    }

    private void Set(string key, string value) => Assert.Equal(Fault.None, _engine.Set(key, value));
}

/// <summary>A host that steps one session, and waits where it says so.</summary>
internal sealed class SteppedHost : IDisposable
{
    private readonly SemaphoreSlim _woken = new(0);
    private readonly SteppedServerSession _session;
    private readonly StringBuilder _text = new();

    public SteppedHost(
        StartedServer server, string? client, SmtpProtocol protocol = SmtpProtocol.Smtp, string? tls = null)
    {
        var options = new SteppedOptions
        {
            Client = client is null ? null : System.Net.IPEndPoint.Parse($"{client}:4321"),
            Wake = () => _woken.Release(),
            OffersTls = true,
            Tls = tls,
            Protocol = protocol,
        };
        Assert.Equal(Fault.None, server.NewSteppedSession(options, out SteppedServerSession? session));
        _session = session!;
    }

    public SteppedServerSession Session => _session;
    public SteppedWant Wants { get; private set; }

    /// <summary>Gives octets, and all the steps that they need; gives back what the session has said.</summary>
    public string Send(string octets)
    {
        Step(octets);
        while (Wants is SteppedWant.Wait or SteppedWant.Write)
        {
            if (Wants == SteppedWant.Wait)
                Assert.True(_woken.Wait(Loopback.Loop.Long), "the session is not woken");
            Step("");
        }
        return Take();
    }

    /// <summary>It was woken since it waited last.</summary>
    public bool TryTakeWake() => _woken.Wait(TimeSpan.Zero);

    /// <summary>One step.</summary>
    public SteppedWant Step(string octets)
    {
        Assert.Equal(Fault.None, _session.Step(
            Encoding.Latin1.GetBytes(octets), out ReadOnlyMemory<byte> output, out SteppedWant want));
        _text.Append(Encoding.UTF8.GetString(output.Span));
        return Wants = want;
    }

    public string Take()
    {
        string text = _text.ToString();
        _text.Clear();
        return text;
    }

    public void Dispose() => _session.Dispose();
}
