using System.Text;
using MailModule.Dns;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery.Reports;
using MailModule.Tests.Dns;
using MailModule.Tests.Loopback;
using MailModule.Tests.Policy;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>
/// Sessions with strangers, who are checked as settings say, the whole way: settings, octets, names, lists, the reply
/// and the log.
/// </summary>
public abstract class CheckedSessions : IDisposable
{
    protected const string Stranger = "198.51.100.7";
    protected const string Trusted = "192.0.2.9";
    protected const string Listed = "7.100.51.198";

    private readonly List<string> _lines = [];

    protected string Folder { get; } = Directory.CreateTempSubdirectory("mm-checks-").FullName;
    private protected Workers Workers { get; } = new(4);
    private protected StandingClock Clock { get; } = new();
    private protected ScriptedDns Dns { get; } = new();

    /// <summary>In place of <see cref="Dns"/>.</summary>
    private protected IDns? Resolver { get; set; }

    private protected DsnSpool Spool { get; } = new();
    private protected EngineSettings Settings { get; }
    private protected SenderChecks Checks { get; }
    private protected SmtpDependencies Dependencies { get; }

    protected CheckedSessions()
    {
        var log = new Log(LogLevel.Debug, (_, _, text) =>
        {
            lock (_lines)
                _lines.Add(text);
        });
        Settings = new EngineSettings(log);
        Set("mail_root", Folder);
        Set("smtp_name", "example.org");
        Set("user", $"ann;secret;{Path.Combine(Folder, "ann")};PS");
        Set("user", $"bob;secret;{Path.Combine(Folder, "bob")};PS");
        Set("smtp_range", "192.0.2.0/24");
        foreach (string key in (string[])["spf", "dkim_verify", "arc"])
            Set(key, "0");
        foreach (string home in (string[])["ann", "bob"])
            Directory.CreateDirectory(Path.Combine(Folder, home));
        Checks = new SenderChecks(() => Settings.Current.Checks, () => Resolver ?? Dns, Workers.Run, Clock, log);
        var nobody = new HostCallback(null, RequestAction.None, Inline: false);
        Dependencies = new SmtpDependencies(
            Spool, Workers.Run, nobody, () => Settings.Current.Relay, log)
        {
            Checks = Checks,
        };
        Dependencies.Guessing.LateAnswers.Stop(); // nothing comes late
        Dns.Addresses("2.0.0.127.bl.example", "127.0.0.2").Addresses("2.0.0.127.wl.example", "127.0.0.2");
    }

    public void Dispose()
    {
        Checks.Stop();
        Assert.True(Workers.Stop(Loop.Long));
        Workers.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    // The replies to MAIL, RCPT, DATA and the message, as far as it comes: of those before the last the codes alone.
    protected string Dialogue(
        string address, string user, string sender = "<eve@example.net>", string content = "Subject: x\r\n\r\nx\r\n")
    {
        using var client = new SteppedClient(address, Options, new SmtpBackend(Dependencies, null));
        string hello = client.Greeting.StartsWith("220", StringComparison.Ordinal)
            ? client.Send("EHLO client.example\r\n") : "";
        if (hello.Length == 0)
            return client.Greeting;
        var replies = new StringBuilder();
        string last = "";
        foreach (string command in (string[])[
            $"MAIL FROM:{sender}\r\n", $"RCPT TO:<{user}@example.org>\r\n", "DATA\r\n", content + ".\r\n"])
        {
            last = client.Send(command);
            if (last[0] is '4' or '5' || command.EndsWith("\n.\r\n", StringComparison.Ordinal))
                break;
            replies.Append(last.AsSpan(0, 3)).Append(' ');
        }
        return replies + last;
    }

    private protected static string Message(SteppedClient client, string user)
    {
        client.Send($"MAIL FROM:<eve@example.net>\r\nRCPT TO:<{user}@example.org>\r\nDATA\r\n");
        return client.Send("Subject: x\r\n\r\nx\r\n.\r\n");
    }

    private protected static SmtpServerOptions Options { get; } = new() { HostName = "example.org", OfferAuth = true };

    private protected static SteppedClient From(string address, SmtpBackend backend)
    {
        var client = new SteppedClient(address, Options, backend);
        client.Send("EHLO client.example\r\n");
        return client;
    }

    protected void Set(string key, string value)
        => Assert.Equal((Fault.None, ""), (Settings.Set(key, value, out string error), error));

    protected string[] Lines()
    {
        lock (_lines)
            return [.. _lines];
    }
}
