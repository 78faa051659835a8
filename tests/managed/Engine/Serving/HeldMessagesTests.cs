using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Spool;
using MailModule.Tests.Engine.Serving.Handlers;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>Many sessions that hold back what they have begun: what they take, and what others still can.</summary>
public sealed class HeldMessagesTests : IDisposable
{
    private const string Attacker = "198.51.100.7";
    private const string Other = "192.0.2.9";
    private const string Hello = "EHLO c\r\nMAIL FROM:<a@b.example>\r\n";
    private const string Data = Hello + "RCPT TO:<c@d.example>\r\nDATA\r\n";

    private readonly SimulatedDisk _disk = new();
    private readonly Workers _workers = new(4);
    private readonly SpoolRun _run;
    private readonly List<SteppedClient> _clients = [];
    private readonly SessionMemory _memory = new(2 << 20);

    public HeldMessagesTests()
    {
        var options = new SpoolOptions { Directory = "/spool", Disk = _disk, RunJob = work => work.Run() };
        _run = new SpoolRun(options);
    }

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        Assert.Equal(0, _memory.Taken);
        _run.Dispose();
        Assert.True(_workers.Stop(Loop.Long));
    }

    [Fact]
    public void Long_parameters_of_recipients_count_and_an_address_has_its_share_of_memory()
    {
        string orcpt = new('x', 480);
        SteppedClient first = Begin(Attacker);
        first.Send(Hello);
        int taken = 0;
        string reply = "";
        while (taken < 1000 && !reply.StartsWith("452", StringComparison.Ordinal))
        {
            reply = first.Send($"RCPT TO:<user{taken}@d.example> ORCPT=rfc822;{orcpt}\r\n");
            taken += reply.StartsWith("250", StringComparison.Ordinal) ? 1 : 0;
        }
        Assert.Equal("452 4.3.1 Insufficient memory, try again later\r\n", reply);
        Assert.InRange(taken, 100, 250);
        Assert.InRange(_memory.Taken, 200_000, 256 * 1024);
        Assert.Equal("250 2.0.0 Ok\r\n", first.Send("RSET\r\n"));
        Assert.Equal(0, _memory.Taken);
    }

    [Fact]
    public void One_transaction_has_no_more_recipients_than_a_megabyte_holds()
    {
        string orcpt = new('x', 480);
        using var client = new SteppedClient(Attacker, new SmtpServerOptions(), Backend());
        client.Send(Hello);
        var replies = new HashSet<string>();
        for (int i = 0; i < 1000; i++)
            replies.Add(client.Send($"RCPT TO:<user{i}@d.example> ORCPT=rfc822;{orcpt}\r\n"));
        Assert.Equal(["250 2.1.5 Recipient ok\r\n", "452 4.5.3 Too many recipients\r\n"], replies);
        Assert.InRange(client.Session.Envelope.Recipients.Count, 600, 900);
        client.Send("RSET\r\n" + Hello);
        for (int i = 0; i < 1000; i++)
            Assert.StartsWith("250", client.Send($"RCPT TO:<user{i}@d.example> ORCPT=rfc822;user{i}@d.example\r\n"));
    }

    [Fact]
    public void Who_holds_back_many_messages_is_refused_and_others_are_not()
    {
        string text = string.Concat(Enumerable.Repeat(new string('x', 998) + "\r\n", 60));
        List<SteppedClient> held = [.. Enumerable.Range(0, 260).Select(_ => Begin(Attacker))];
        held.ForEach(client => client.Send(Data + text));
        Assert.InRange(_memory.Taken, 128 * 1024, 256 * 1024);
        string others = Begin(Other).Send(Data + text + text + ".\r\n");
        Assert.Contains("250 2.0.0 Ok: queued", others, StringComparison.Ordinal);
        string small = Begin(Attacker).Send(Data + "small\r\n.\r\n");
        Assert.Contains("250 2.0.0 Ok: queued", small, StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0 Ok: queued", held[0].Send(".\r\n"), StringComparison.Ordinal);
        Assert.Equal("452 4.3.1 Insufficient system storage, try again later\r\n", held[^1].Send(".\r\n"));
        Assert.StartsWith("250 ", held[^1].Send("MAIL FROM:<a@b.example>\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Content_that_handlers_have_not_had_yet_counts()
    {
        string text = string.Concat(Enumerable.Repeat(new string('x', 998) + "\r\n", 40));
        var table = new TestTable(HandlerSteps.Chunk);
        List<SteppedClient> held = [.. Enumerable.Range(0, 40).Select(_ => Begin(Attacker, table))];
        held.ForEach(client => client.Send(Data + text));
        Assert.Empty(table.Asked);
        Assert.InRange(_memory.Taken, 128 * 1024, 256 * 1024);
        string others = Begin(Other, table).Send(Data + text + ".\r\n");
        Assert.Contains("250 2.0.0 Ok: queued", others, StringComparison.Ordinal);
        Assert.Equal("452 4.3.1 Insufficient memory, try again later\r\n", held[^1].Send(".\r\n"));
        held[1..].ForEach(client => client.Dispose());
        Assert.StartsWith("250 2.0.0 Ok: queued", held[0].Send(".\r\n"), StringComparison.Ordinal);
        Assert.Equal(["Chunk 40000 first last", "Chunk 40000 first last"], table.Asked);
    }

    [Fact]
    public void What_is_held_for_handlers_counts_beside_what_the_spool_holds_of_it()
    {
        string text = string.Concat(Enumerable.Repeat(new string('x', 998) + "\r\n", 60));
        long most = 0;
        _disk.OnSync = () => most = Math.Max(most, _memory.Taken);
        SteppedClient client = Begin(Attacker, new TestTable(HandlerSteps.Message));
        Assert.Contains("250 2.0.0 Ok: queued", client.Send(Data + text + ".\r\n"), StringComparison.Ordinal);
        Assert.InRange(most, HandledContent.PieceSize + 2 * text.Length, 256 * 1024); // a piece, and the message twice
        Assert.Equal(0, _memory.Taken);
    }

    [Fact]
    public void Sizes_that_are_only_declared_leave_the_disk_to_others()
    {
        _disk.Size = 128 << 20;
        _run.Spool.Space.Measure(); // what was measured before may still be believed
        List<SteppedClient> idle = [.. Enumerable.Range(0, 1512).Select(_ => Begin(Attacker))];
        foreach (SteppedClient one in idle)
            Assert.Contains("354 ", one.Send(
                "EHLO c\r\nMAIL FROM:<a@b.example> SIZE=50000000\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"),
                StringComparison.Ordinal);
        SteppedClient other = Begin(Other);
        Assert.Contains("250 2.0.0 Ok: queued", other.Send(Data + "text\r\n.\r\n"), StringComparison.Ordinal);
        string tooMuch = other.Send("MAIL FROM:<a@b.example> SIZE=200000000\r\n");
        Assert.StartsWith("452 4.3.1 ", tooMuch, StringComparison.Ordinal);
        string fits = other.Send("MAIL FROM:<a@b.example> SIZE=40000000\r\n");
        Assert.StartsWith("250 ", fits, StringComparison.Ordinal);
    }

    private SteppedClient Begin(string address, ISmtpHandlers? handlers = null)
    {
        SmtpBackend own = Backend();
        var set = handlers is null
            ? null
            : new HandlerSet([handlers], null, _workers.Run, new PendingAnswers(TimeProvider.System), Log.None);
        ISmtpBackend backend = set is null ? own : new HandledBackend(own, set);
        var client = new SteppedClient(address, new SmtpServerOptions(), backend, _memory);
        _clients.Add(client);
        return client;
    }

    private SmtpBackend Backend()
    {
        var nobody = new HostCallback(null, RequestAction.None, Inline: false);
        var settings = new EngineSettings(Log.None);
        Assert.Equal(Fault.None, settings.Set("smtp_range", "0.0.0.0/0", out _));
        return new SmtpBackend(
            new SmtpDependencies(_run.Spool, _workers.Run, nobody, () => settings.Current.Relay, Log.None), null);
    }
}
