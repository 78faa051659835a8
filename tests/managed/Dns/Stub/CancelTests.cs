using MailModule.Dns;
using MailModule.Dns.Stub;

namespace MailModule.Tests.Dns.Stub;

/// <summary>A cancelled token ends a query at any point; the servers' time-outs here are hours.</summary>
public class CancelTests
{
    private const string Domain = "mail.example.org";
    private static readonly TimeSpan Hours = TimeSpan.FromHours(5);
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(60);

    [Fact]
    public void While_a_datagram_is_awaited() => AssertCancelled((_, reached) => reached.Set());

    [Fact]
    public void After_wrong_datagrams() => AssertCancelled((asked, reached) =>
    {
        asked.SendRaw([1, 2, 3]);
        reached.Set();
    });

    [Fact]
    public void While_a_stream_is_awaited() => AssertCancelled((asked, reached) =>
    {
        if (asked.IsTcp)
            reached.Set();
        else
            asked.Send(asked.Response().Truncated());
    });

    [Fact]
    public void In_the_middle_of_a_stream() => AssertCancelled((asked, reached) =>
    {
        if (!asked.IsTcp)
        {
            asked.Send(asked.Response().Truncated());
            return;
        }
        asked.SendRaw([1, 0, 3]);
        reached.Set();
    });

    [Fact]
    public void Before_anything_is_asked()
    {
        using var server = ScriptedDnsServer.Of("192.0.2.1");
        DnsAnswer answer = New(server).Query(Domain, DnsType.A, new CancellationToken(canceled: true));
        Assert.Equal(DnsStatus.Cancelled, answer.Status);
        Assert.Empty(server.Questions);
    }

    [Fact]
    public void Many_at_once_end_by_one_cancel()
    {
        const int Count = 20;
        using var cancel = new CancellationTokenSource();
        using var all = new CountdownEvent(Count);
        using var server = new ScriptedDnsServer(_ => all.Signal());
        StubResolver resolver = New(server);
        var answers = new DnsAnswer?[Count];
        void Ask(int i) => answers[i] = resolver.Query($"m{i}.example.org", DnsType.A, cancel.Token);
        Thread[] threads = [.. Enumerable.Range(0, Count)
            .Select(i => new Thread(() => Ask(i)) { IsBackground = true })];
        foreach (Thread thread in threads)
            thread.Start();
        Assert.True(all.Wait(Enough));
        cancel.Cancel();
        Assert.All(threads, thread => Assert.True(thread.Join(Enough)));
        Assert.All(answers, answer => Assert.Equal(DnsStatus.Cancelled, answer!.Status));
    }

    private static StubResolver New(ScriptedDnsServer server)
        => new(() => new StubSettings([server.EndPoint], Hours, 2));

    private static void AssertCancelled(Action<ReceivedQuery, ManualResetEventSlim> script)
    {
        using var cancel = new CancellationTokenSource();
        using var reached = new ManualResetEventSlim();
        using var server = new ScriptedDnsServer(asked => script(asked, reached));
        DnsAnswer? answer = null;
        void Ask() => answer = New(server).Query(Domain, DnsType.A, cancel.Token);
        var thread = new Thread(Ask) { IsBackground = true };
        thread.Start();
        Assert.True(reached.Wait(Enough));
        cancel.Cancel();
        Assert.True(thread.Join(Enough));
        Assert.Equal(DnsStatus.Cancelled, answer!.Status);
    }
}
