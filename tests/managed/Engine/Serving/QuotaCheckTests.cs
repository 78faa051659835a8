using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Tests.Delivery;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>RCPT for users whose mailboxes have a quota.</summary>
public sealed class QuotaCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly Workers _workers = new(4);
    private readonly StillClock _clock = new();
    private readonly EngineSettings _settings;
    private readonly SmtpDependencies _dependencies;
    private MailboxUsage _usage;
    private Fault _fault;
    private int _measured;

    public QuotaCheckTests()
    {
        var log = new Log(LogLevel.Debug, (_, _, text) =>
        {
            lock (_lines)
                _lines.Add(text);
        });
        _settings = new EngineSettings(log);
        string file = _folder.In("mail.cfg");
        File.WriteAllText(file, """
            smtp_name=example.org
            user=ann;secret;;PS
            user=bob;secret;;PS
            user=free;secret;;PS
            quota=ann;1000
            quota=free;0
            quota_default=1K;10
            list=all@example.org;;ann@example.org
            """);
        Assert.Equal((Fault.None, ""), (_settings.Load(file, out string error), error));
        _dependencies = new SmtpDependencies(
            new MemorySpool([]), _workers.Run, new HostCallback(null, RequestAction.None, Inline: false),
            () => _settings.Current.Relay, log)
        { Usages = new UsageCache(Measure, _clock) };
        _dependencies.Guessing.LateAnswers.Stop(); // nothing comes late
    }

    public void Dispose()
    {
        Assert.True(_workers.Stop(Loop.Long));
        _workers.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ann", 999, 5, 0, "250 ")]
    [InlineData("ann", 999, 5, 1, "250 ")]
    [InlineData("ann", 999, 5, 2, "452 4.2.2 The mailbox has no room for this message, try again later")]
    [InlineData("ann", 1000, 5, 0, "552 5.2.2 The mailbox is full")]
    [InlineData("ann", 0, 0, 1001, "552 5.2.2 ")]
    [InlineData("ann+tag", 1000, 5, 0, "552 5.2.2 ")]
    [InlineData("bob", 1000, 5, 24, "250 ")]
    [InlineData("bob", 0, 10, 0, "552 5.2.2 ")]
    [InlineData("free", 1_000_000, 5, 0, "250 ")]
    [InlineData("all", 1_000_000, 5, 0, "250 ")]
    public void A_full_mailbox_is_552_and_one_without_room_for_the_size_is_452(
        string user, long octets, long messages, long size, string reply)
    {
        _usage = new MailboxUsage(octets, messages);
        for (int i = 0; i < 2; i++)
        {
            using SteppedClient client = From(size);
            Assert.StartsWith(reply, client.Send($"RCPT TO:<{user}@example.org>\r\n"), StringComparison.Ordinal);
            Assert.Equal(reply == "250 " ? 1 : 0, client.Session.Envelope.Recipients.Count);
        }
        Assert.InRange(_measured, 0, 1);
        lock (_lines)
            Assert.Equal(reply != "250 ", _lines.Exists(line => line.Contains("quota of", StringComparison.Ordinal)));
    }

    [Fact]
    public void Who_has_made_room_by_another_program_is_seen_a_moment_later()
    {
        _usage = new MailboxUsage(1000, 1);
        using SteppedClient client = From(0);
        Assert.StartsWith("552 ", client.Send("RCPT TO:<ann@example.org>\r\n"), StringComparison.Ordinal);
        _usage = default;
        Assert.StartsWith("552 ", client.Send("RCPT TO:<ann@example.org>\r\n"), StringComparison.Ordinal);
        _clock.Now += TimeSpan.FromSeconds(6);
        Assert.StartsWith("250 ", client.Send("RCPT TO:<ann@example.org>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mailbox_that_cannot_be_looked_at_takes_the_recipient()
    {
        _fault = Fault.Io;
        using SteppedClient client = From(0);
        Assert.StartsWith("250 ", client.Send("RCPT TO:<ann@example.org>\r\n"), StringComparison.Ordinal);
    }

    private Fault Measure(string home, out MailboxUsage usage)
    {
        _measured++;
        usage = _usage;
        return _fault;
    }

    private SteppedClient From(long size)
    {
        var options = new SmtpServerOptions { HostName = "example.org" };
        var client = new SteppedClient("198.51.100.7", options, new SmtpBackend(_dependencies, null));
        client.Send($"EHLO client.example\r\nMAIL FROM:<a@b.example>{(size > 0 ? $" SIZE={size}" : "")}\r\n");
        return client;
    }
}
