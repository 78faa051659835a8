using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>What a sender has said of times: not before (RFC 4865), and by when (RFC 2852).</summary>
public class DeliveryTimesTests
{
    private static readonly Reply Later = new(451, "4.7.1", "come back");

    [Fact]
    public void A_message_that_is_held_for_its_sender_is_tried_when_its_time_has_come()
    {
        using var bench = new QueueBench();
        Add(bench, envelope => envelope.Hold = new HoldRequest(TimeSpan.FromHours(2), default));
        Assert.Equal(QueueState.Deferred, bench.Find("m1").State);
        Assert.Equal(bench.Clock.GetUtcNow() + TimeSpan.FromHours(2), bench.Find("m1").NextAttempt);
        bench.Pass(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        Assert.Empty(bench.Network.Seen);
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.Single(bench.Network.Seen);
        Assert.Equal(["m1 0 soon"], bench.Spool.Marks);
    }

    [Fact]
    public void A_start_does_not_release_it()
    {
        using var bench = new QueueBench();
        DateTimeOffset until = bench.Clock.GetUtcNow() + TimeSpan.FromDays(30);
        QueueSpool.Entry entry = Add(bench, envelope => envelope.Hold = new HoldRequest(null, until));
        using var next = new QueueBench(recovered: [entry], clock: bench.Clock);
        next.Pass(TimeSpan.FromDays(29));
        Assert.Empty(next.Network.Seen);
        next.Pass(TimeSpan.FromDays(1));
        Assert.Single(next.Network.Seen);
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_release_it()
    {
        using var bench = new QueueBench();
        Add(bench, envelope => envelope.Hold = new HoldRequest(TimeSpan.FromHours(2), default));
        bench.Clock.Turn(-TimeSpan.FromHours(1));
        bench.Pass(TimeSpan.FromHours(2));
        Assert.Empty(bench.Network.Seen);
        bench.Pass(TimeSpan.FromHours(1));
        Assert.Single(bench.Network.Seen);
    }

    [Fact]
    public void Its_life_begins_when_it_is_released()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => Later;
        Add(bench, envelope => envelope.Hold = new HoldRequest(TimeSpan.FromDays(10), default));
        bench.Pass(TimeSpan.FromDays(10) + TimeSpan.FromHours(3));
        Assert.Empty(bench.Dsns.Sent); // neither late nor given up
        bench.Pass(TimeSpan.FromDays(1));
        Assert.Equal(["Delayed", "Failed"], bench.Dsns.Sent.Select(sent => sent.Split(' ')[0]));
    }

    [Fact]
    public void An_operator_may_release_it_before()
    {
        using var bench = new QueueBench();
        Add(bench, envelope => envelope.Hold = new HoldRequest(TimeSpan.FromHours(2), default));
        Assert.Equal(Fault.None, bench.Queue.Retry("m1"));
        bench.Network.Work();
        Assert.Single(bench.Network.Seen);
    }

    [Fact]
    public void What_its_sender_wants_returned_is_returned_when_its_time_is_over()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => Later;
        Add(bench, envelope => envelope.DeliverBy = new DeliverBy(TimeSpan.FromMinutes(10), true, false));
        bench.Pass(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Empty(bench.Dsns.Sent);
        int tried = bench.Network.Seen.Count;
        bench.Pass(TimeSpan.FromHours(1));
        Assert.StartsWith("Failed m1 a@one.test 5.4.7 ", Assert.Single(bench.Dsns.Sent), StringComparison.Ordinal);
        Assert.Equal(tried, bench.Network.Seen.Count);
        Assert.Equal(["m1 0"], bench.Spool.Marks);
    }

    [Fact]
    public void Where_no_host_can_be_reached_it_is_returned_then_too()
    {
        using var bench = new QueueBench();
        bench.Network.Down["one.test"] = ScriptedNetwork.NotReached(Fault.Connect, "4.4.1", "connection refused");
        Add(bench, envelope => envelope.DeliverBy = new DeliverBy(TimeSpan.FromMinutes(10), true, false));
        bench.Pass(TimeSpan.FromMinutes(10));
        Assert.StartsWith(
            "Failed m1 a@one.test 5.4.7 connection refused", Assert.Single(bench.Dsns.Sent), StringComparison.Ordinal);
    }

    [Fact]
    public void A_final_refusal_keeps_its_own_status()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => new Reply(550, "5.1.1", "no");
        Add(bench, envelope => envelope.DeliverBy = new DeliverBy(TimeSpan.FromMinutes(10), true, false));
        Assert.StartsWith("Failed m1 a@one.test 5.1.1 ", Assert.Single(bench.Dsns.Sent), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_what_may_be_late_its_sender_is_told_when_it_is_and_it_is_tried_on()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => Later;
        Add(bench, envelope => envelope.DeliverBy = new DeliverBy(TimeSpan.FromMinutes(10), false, false));
        bench.Pass(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Empty(bench.Dsns.Sent);
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.StartsWith("Delayed m1 ", Assert.Single(bench.Dsns.Sent), StringComparison.Ordinal);
        bench.Network.Answers.Remove("one.test");
        bench.Pass(TimeSpan.FromHours(5));
        Assert.Equal(2, bench.Dsns.Sent.Count); // and that it went where nobody knows of its time
        Assert.StartsWith("Relayed m1 ", bench.Dsns.Sent[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, false, true)]
    [InlineData(false, true, false, false)]
    [InlineData(true, true, false, false)]
    [InlineData(true, true, true, true)]
    [InlineData(false, true, true, true)]
    public void A_passage_is_told_where_the_time_is_lost_or_the_sender_wants_a_trace(
        bool returns, bool isOffered, bool traces, bool isTold)
    {
        using var bench = new QueueBench();
        (bench.Network.OffersDsn, bench.Network.OffersDeliverBy) = (true, isOffered);
        Add(bench, envelope => envelope.DeliverBy = new DeliverBy(TimeSpan.FromMinutes(10), returns, traces));
        Assert.Equal(isTold ? ["Relayed"] : [], bench.Dsns.Sent.Select(sent => sent.Split(' ')[0]));
        Assert.Equal(["m1 0 soon"], bench.Spool.Marks);
    }

    [Fact]
    public void Who_wants_no_reports_hears_of_no_passage()
    {
        using var bench = new QueueBench();
        Add(bench, envelope =>
        {
            envelope.DeliverBy = new DeliverBy(TimeSpan.FromMinutes(10), false, true);
            envelope.Recipients[0] = envelope.Recipients[0] with { Notify = Notify.Never };
        });
        Assert.Empty(bench.Dsns.Sent);
    }

    [Fact]
    public void A_next_hop_gets_what_is_left_of_the_time()
    {
        using var bench = new QueueBench();
        bench.Network.Down["one.test"] = ScriptedNetwork.NotReached(Fault.Connect, "4.4.1", "connection refused");
        Add(bench, envelope => envelope.DeliverBy = new DeliverBy(TimeSpan.FromMinutes(10), true, true));
        bench.Network.Down.Clear();
        DateTimeOffset began = bench.Clock.GetUtcNow();
        bench.Pass(bench.Queue.NextDue!.Value - began);
        Assert.Equal(
            new DeliverBy(TimeSpan.FromMinutes(10) - (bench.Clock.GetUtcNow() - began), true, true),
            bench.Network.DeliverBy);
    }

    private static QueueSpool.Entry Add(QueueBench bench, Action<Envelope> ask)
    {
        var entry = new QueueSpool.Entry("m1", bench.Clock.GetUtcNow(), Notify.Default, "a@one.test");
        ask(entry.Envelope);
        bench.Queue.Enqueue(entry);
        bench.Network.Work();
        bench.Turn();
        return entry;
    }
}
