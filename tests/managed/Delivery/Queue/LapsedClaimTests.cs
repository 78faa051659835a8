using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>A lease lapses while a message is in the queue, and the queue gets the message's entry again.</summary>
public class LapsedClaimTests
{
    [Fact]
    public void A_message_that_is_claimed_again_after_its_lease_has_lapsed_is_tried_again()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 451;
        QueueSpool.Entry lapsed = bench.Add("m1", "a@one.test");
        Assert.True(Take(bench, lapsed));
        bench.Turn();
        Assert.Single(bench.Network.Seen); // what is ours already is not begun anew
        lapsed.IsClaimed = false;
        var again = new QueueSpool.Entry("m1", bench.Clock.GetUtcNow(), Notify.Default, "a@one.test")
        {
            Note = lapsed.Note,
        };
        Assert.True(Take(bench, again));
        Assert.Equal(new QueueCounts(1, 1, 0, 0, Deferred: 1, 0, 0, 0), bench.Queue.Counts);
        bench.Network.Answers.Clear();
        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(2, bench.Network.Seen.Count);
        Assert.Equal((0, 1), (lapsed.Done.Count, again.Done.Count));
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void A_message_that_is_claimed_again_while_it_is_on_a_connection_waits_until_that_has_ended()
    {
        using var bench = new QueueBench();
        var again = new QueueSpool.Entry("m1", bench.Clock.GetUtcNow(), Notify.Default, "a@one.test");
        var lapsed = new QueueSpool.Entry("m1", bench.Clock.GetUtcNow(), Notify.Default, "a@one.test");
        bench.Network.Answers["one.test"] = _ =>
        {
            lapsed.IsClaimed = false;
            bench.Network.Answers.Clear();
            bench.Queue.Enqueue(again, isNew: false);
            bench.Queue.Tick();
            Assert.Equal(new QueueCounts(1, 1, 0, Active: 1, 0, 0, 0, 0), bench.Queue.Counts);
            Assert.Single(bench.Network.Begun);
            return 451;
        };
        bench.Queue.Enqueue(lapsed);
        bench.Turn();
        Assert.Equal(2, bench.Network.Seen.Count);
        Assert.Equal((0, 1), (lapsed.Done.Count, again.Done.Count));
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void A_message_that_is_claimed_again_while_its_report_is_pending_gets_one_report()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 550;
        bench.Dsns.Fault = Fault.Full;
        QueueSpool.Entry lapsed = bench.Add("m1", "a@one.test");
        bench.Turn();
        lapsed.IsClaimed = false;
        var again = new QueueSpool.Entry("m1", bench.Clock.GetUtcNow(), Notify.Default, "a@one.test")
        {
            Note = lapsed.Note,
        };
        bench.Queue.Enqueue(again, isNew: false);
        bench.Dsns.Fault = Fault.None;
        bench.Pass(TimeSpan.FromHours(1));
        Assert.Single(bench.Dsns.Sent);
        Assert.Equal((0, 1), (lapsed.Done.Count, again.Done.Count));
        Assert.Equal(default, bench.Queue.Counts);
    }

    private static bool Take(QueueBench bench, ISpoolEntry entry)
        => ((ISpoolConsumer)bench.Queue).Take(entry, isNew: false, () => { });
}
