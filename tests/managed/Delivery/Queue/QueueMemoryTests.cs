using MailModule.Mail;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>What the queue holds in memory; measured while no other test runs.</summary>
[Collection(AloneCollection.Name)]
public class QueueMemoryTests
{
    [Fact]
    public void A_message_that_waits_costs_the_queue_the_same_few_octets_however_many_there_are()
    {
        const int Count = 100_000;
        using var bench = new QueueBench();
        bench.Network.Hanging.Add("one.test");
        DateTimeOffset now = bench.Clock.GetUtcNow();
        IEnumerable<int> numbers = Enumerable.Range(0, Count);
        QueueSpool.Entry[] entries =
            [.. numbers.Select(i => new QueueSpool.Entry($"m{i}", now, Notify.Default, "a@one.test"))];
        long before = SettledMemory();
        foreach (QueueSpool.Entry entry in entries)
            bench.Queue.Enqueue(entry);
        long each = (SettledMemory() - before) / Count;
        Assert.InRange(each, 1, 700);
        bench.Queue.Hold(null);
        Assert.Equal(Count, bench.Queue.Counts.Held);
        Assert.Equal(Count, bench.Queue.List().Count);
    }

    // What earlier tests have left goes in several steps: finalizers let go of more.
    private static long SettledMemory()
    {
        const int Noise = 64 * 1024;
        long memory = GC.GetTotalMemory(forceFullCollection: true), last;
        do
        {
            last = memory;
            GC.WaitForPendingFinalizers();
            memory = GC.GetTotalMemory(forceFullCollection: true);
        }
        while (last - memory > Noise);
        return memory;
    }
}
