using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>
/// What must not leave a message behind: changes in the middle of an attempt, faults of ours, clocks that are set.
/// </summary>
public class QueueTroubleTests
{
    private static readonly AttemptResult Refused =
        ScriptedNetwork.NotReached(Fault.Connect, "4.4.1", "connection refused");

    [Fact]
    public void Who_is_brought_together_by_new_settings_does_not_join_an_attempt_under_way()
    {
        string? smarthost = null;
        using var bench = new QueueBench(nextHopOf: domain => smarthost ?? domain);
        bench.Network.Hanging.UnionWith(["one.test", "two.test"]);
        QueueSpool.Entry entry = bench.Add("m1", "a@one.test", "b@two.test");
        smarthost = "hub.test";
        bench.Network.Answers["hub.test"] = _ =>
        {
            if (bench.Network.Hanging.Remove("two.test"))
                bench.Network.Work();
            return 250;
        };
        bench.Network.Hanging.Remove("one.test");
        bench.Network.Work();
        bench.Turn();
        Assert.Equal(["hub.test: a@one.test", "hub.test: b@two.test"], bench.Network.Seen.Order());
        Assert.Equal([0, 1], entry.Done.Order());
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void A_message_removed_while_it_is_delivered_leaves_when_its_report_of_success_is_durable()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ =>
        {
            bench.Queue.Remove("m1");
            return 250;
        };
        bench.Add("m1", Notify.Success, "a@one.test");
        bench.Turn();
        Assert.Single(bench.Dsns.Sent);
        Assert.Equal(["m1 0 soon"], bench.Spool.Marks);
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void What_was_removed_while_it_stood_in_line_is_not_handed_out()
    {
        using var bench = new QueueBench();
        bench.Network.Hanging.Add("one.test");
        bench.Add("m1", "a@one.test");
        bench.Queue.Remove("m1");
        bench.Network.Hanging.Clear();
        bench.Network.Work();
        Assert.Empty(bench.Network.Seen);
    }

    [Fact]
    public void An_attempt_that_breaks_off_by_a_fault_of_ours_counts()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => Fault.Cancelled;
        bench.Add("m1", "a@one.test");
        Assert.Equal(QueueState.Deferred, bench.Find("m1").State);
        Assert.Equal(1, bench.Find("m1").Attempts);
        Assert.Equal(bench.Clock.GetUtcNow() + TimeSpan.FromMinutes(1), bench.Find("m1").NextAttempt);
    }

    [Fact]
    public void A_clock_that_is_set_back_makes_nothing_wait_longer()
    {
        using var bench = new QueueBench();
        bench.Network.Down["one.test"] = Refused;
        bench.Add("m1", "a@one.test");
        bench.Turn();
        bench.Clock.Turn(TimeSpan.FromDays(-30));
        bench.Turn();
        bench.Network.Down.Clear();
        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(["one.test: a@one.test"], bench.Network.Seen);
    }

    [Fact]
    public void A_clock_that_is_set_back_between_two_starts_makes_nothing_wait_longer_than_the_schedule_does()
    {
        using var before = new QueueBench();
        before.Network.Answers["one.test"] = _ => 451;
        QueueSpool.Entry entry = before.Add("m1", "a@one.test");
        var clock = new ManualClock();
        clock.Turn(TimeSpan.FromDays(-30));
        using var after = new QueueBench(recovered: [entry], clock: clock);
        after.Pass(TimeSpan.FromHours(1));
        Assert.Equal(["one.test: a@one.test"], after.Network.Seen);
    }

    [Fact]
    public void A_redirection_whose_text_cannot_be_read_leaves_the_message_in_its_line()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 451;
        bench.Add("m1", "a@one.test").Content = new LostContent();
        Assert.True(MailAddress.TryParse("me@here.test", out MailAddress to));
        Assert.Equal(Fault.Io, bench.Queue.Redirect("m1", null, to, out _));
        bench.Network.Answers.Clear();
        bench.Network.Work();
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void Whoever_gets_the_lines_of_the_log_holds_up_no_other_thread()
    {
        QueueBench? bench = null;
        var said = new List<string>();
        bool isFree = true;
        var log = new Log(LogLevel.Info, (_, _, text) =>
        {
            var other = new Thread(() => _ = bench!.Queue.Counts);
            other.Start();
            isFree &= other.Join(TimeSpan.FromSeconds(10));
            said.Add(text.Split(' ')[1]);
        });
        using (bench = new QueueBench(log: log))
        {
            bench.Network.Answers["one.test"] = to => to == "bad@one.test" ? 550 : 250;
            bench.Add("m1", "good@one.test", "bad@one.test");
            bench.Turn();
            bench.Network.Answers["one.test"] = _ => 451;
            bench.Add("m2", "a@one.test");
            bench.Queue.Remove("m2");
        }
        Assert.True(isFree);
        Assert.Equal(["queued", "queued", "delivered", "bounced", "queued", "deferred", "removed"], said);
    }

    [Fact]
    public void A_listener_that_throws_hears_the_next_event()
    {
        using var bench = new QueueBench();
        using var second = new ManualResetEventSlim();
        bench.Queue.SetListener(one =>
        {
            if (one.Kind == QueueEventKind.Delivered)
                second.Set();
            throw new InvalidOperationException("a listener's fault");
        });
        bench.Add("m1", "a@one.test");
        Assert.True(second.Wait(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void A_stop_does_not_wait_for_a_listener_that_does_not_come_back()
    {
        using var called = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var bench = new QueueBench();
        bench.Queue.SetListener(_ =>
        {
            called.Set();
            release.Wait();
        });
        bench.Add("m1", "a@one.test");
        Assert.True(called.Wait(TimeSpan.FromSeconds(30)));
        Assert.False(bench.Queue.Stop(TimeSpan.Zero));
        release.Set();
    }

    [Fact]
    public void A_note_of_very_many_recipients_is_as_long_as_a_spool_keeps()
    {
        using var bench = new QueueBench();
        string words = new('w', 1000);
        bench.Network.Answers["one.test"] = _ => new MailModule.Smtp.Reply(451, "4.7.1", words);
        QueueSpool.Entry entry = bench.Add("m1", [.. Enumerable.Range(0, 3000).Select(i => $"user{i}@one.test")]);
        Assert.InRange(entry.Note.Length, 1, 1024 * 1024);
        using var after = new QueueBench(recovered: [entry]);
        Assert.Equal(1, after.Find("m1", 2999).Attempts);
    }

    private sealed class LostContent : MessageContent
    {
        public override long Length => 10;
        public override long WireLength => 10;
        public override ReadOnlyMemory<byte> Memory => default;
        public override string? FilePath => null;
        public override Stream OpenRead() => throw new IOException("damaged");
    }
}
