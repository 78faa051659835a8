using MailModule.Delivery;
using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Queue;

public class MailQueueTests
{
    private static readonly AttemptResult Refused =
        ScriptedNetwork.NotReached(Fault.Connect, "4.4.1", "connection refused");
    private static readonly AttemptResult NoSuchDomain =
        ScriptedNetwork.NotReached(Fault.Dns, "5.1.2", "there is no such domain", isPermanent: true);

    [Fact]
    public void A_message_that_is_taken_is_marked_soon_and_forgotten()
    {
        using var bench = new QueueBench();
        bench.Add("m1", "a@one.test");
        Assert.Equal(["m1 0 soon"], bench.Spool.Marks);
        Assert.Equal(default, bench.Queue.Counts);
        Assert.Empty(bench.Dsns.Sent);
    }

    [Fact]
    public void A_message_whose_lease_has_lapsed_is_not_tried_again_and_forgotten()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => new Reply(451, "4.7.1", "come back");
        bench.Add("m1", "a@one.test", "b@one.test").IsClaimed = false;
        Assert.Single(bench.Network.Seen); // the lease lapsed after the first attempt
        bench.Pass(TimeSpan.FromHours(2));
        Assert.Single(bench.Network.Seen);
        Assert.Empty(bench.Spool.Marks);
        Assert.Empty(bench.Dsns.Sent);
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void What_had_failed_of_a_message_whose_lease_has_lapsed_is_forgotten_as_well()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => new Reply(550, "5.1.1", "no");
        bench.Network.Answers["two.test"] = _ => new Reply(451, "4.7.1", "come back");
        bench.Network.Hanging.Add("two.test");
        QueueSpool.Entry entry = bench.Add("m1", "a@one.test", "b@two.test");
        entry.IsClaimed = false;
        ReadOnlyMemory<byte> note = entry.Note;
        Assert.Equal(Fault.NotFound, bench.Queue.Hold("m1"));
        bench.Network.Hanging.Remove("two.test");
        bench.Network.Work();
        bench.Pass(TimeSpan.FromHours(2));
        Assert.Empty(bench.Dsns.Sent);
        Assert.Empty(bench.Spool.Marks);
        Assert.Equal(note, entry.Note); // by now perhaps another engine's
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void Recipients_of_one_domain_go_in_one_transaction_and_local_ones_are_not_the_queues()
    {
        using var bench = new QueueBench();
        bench.Add("m1", "a@one.test", "me@here.test", "b@ONE.test", "c@two.test");
        Assert.Equal(["one.test: a@one.test b@ONE.test", "two.test: c@two.test"], bench.Network.Seen.Order());
        Assert.Equal(["m1 0 2 soon", "m1 3 soon"], bench.Spool.Marks.Order());
    }

    [Fact]
    public void A_transaction_has_a_hundred_recipients_at_most()
    {
        using var bench = new QueueBench();
        bench.Add("m1", [.. Enumerable.Range(0, 250).Select(i => $"user{i}@one.test")]);
        Assert.Equal([100, 100, 50], bench.Network.Seen.Select(seen => seen.Split(' ').Length - 1).OrderDescending());
    }

    [Fact]
    public void What_is_refused_for_now_is_tried_by_the_schedule_until_its_life_ends_and_then_reported_once()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => new Reply(451, "4.7.1", "come back");
        bench.Add("m1", "a@one.test");
        bench.Pass(TimeSpan.FromHours(23.9));
        // 0, 60, 360, 1260, 3060, 6660, and then every hour
        Assert.Equal(28, bench.Network.Seen.Count);
        Assert.Equal(["Delayed m1 a@one.test 4.7.1 451 4.7.1 come back [mx.one.test]"], bench.Dsns.Sent);
        bench.Pass(TimeSpan.FromHours(1));
        Assert.Equal(29, bench.Network.Seen.Count);
        Assert.Equal("Failed m1 a@one.test 4.7.1 451 4.7.1 come back [mx.one.test]", bench.Dsns.Sent[1]);
        Assert.Equal(2, bench.Dsns.Sent.Count);
        Assert.Equal(["m1 0"], bench.Spool.Marks);
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void Each_recipient_has_its_own_end()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] =
            to => to switch { "good@one.test" => 250, "late@one.test" => 450, _ => 550 };
        bench.Add("m1", "good@one.test", "late@one.test", "bad@one.test");
        bench.Turn();
        Assert.Equal(["m1 0 soon", "m1 2"], bench.Spool.Marks);
        Assert.Equal(["Failed m1 bad@one.test 5.0.0 550 said so [mx.one.test]"], bench.Dsns.Sent);
        Assert.Equal(QueueState.Deferred, bench.Find("m1", 1).State);
        bench.Network.Answers.Clear();
        bench.Pass(TimeSpan.FromSeconds(61));
        Assert.Equal("one.test: late@one.test", bench.Network.Seen[^1]);
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void What_fails_in_one_set_of_attempts_is_told_in_one_dsn()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 550;
        bench.Network.Down["two.test"] = NoSuchDomain;
        bench.Add("m1", "a@one.test", "b@two.test");
        bench.Turn();
        Assert.Equal(
            ["Failed m1 a@one.test 5.0.0 550 said so [mx.one.test], b@two.test 5.1.2 there is no such domain []"],
            bench.Dsns.Sent);
    }

    [Fact]
    public void A_report_that_cannot_be_written_is_owed_until_it_can()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 550;
        bench.Dsns.Fault = Fault.Full;
        bench.Add("m1", "a@one.test");
        bench.Turn();
        Assert.Empty(bench.Spool.Marks);
        Assert.Equal(1, bench.Queue.Counts.Failed);
        bench.Dsns.Fault = Fault.None;
        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.Single(bench.Dsns.Sent);
        Assert.Equal(["m1 0"], bench.Spool.Marks);
    }

    [Fact]
    public void A_next_hop_that_is_down_costs_few_attempts_and_puts_off_all_that_waits()
    {
        using var bench = new QueueBench();
        bench.Network.Hanging.Add("one.test");
        for (int i = 0; i < 1000; i++)
            bench.Add($"m{i}", "a@one.test");
        bench.Network.Down["one.test"] = Refused;
        bench.Network.Hanging.Clear();
        bench.Network.Work();
        bench.Turn();
        Assert.InRange(bench.Network.Begun.Count, 1, 4);
        Assert.Equal(1000, bench.Queue.Counts.Deferred);
        bench.Pass(TimeSpan.FromSeconds(60));
        Assert.InRange(bench.Network.Begun.Count, 2, 8);
        Assert.Equal(2, bench.Find("m999").Attempts);
        Assert.Equal("connection refused", bench.Find("m999").Result!.Text);
    }

    [Fact]
    public void A_next_hop_that_hangs_holds_up_no_other()
    {
        using var bench = new QueueBench();
        bench.Network.Hanging.Add("slow.test");
        for (int i = 0; i < 500; i++)
            bench.Add($"s{i}", "a@slow.test");
        bench.Add("m1", "a@one.test");
        Assert.Equal(["one.test: a@one.test"], bench.Network.Seen);
    }

    [Fact]
    public void One_connection_carries_many_messages_and_connections_are_limited()
    {
        using var bench = new QueueBench(connectionsPerDestination: 7);
        bench.Network.Hanging.Add("one.test");
        for (int i = 0; i < 200; i++)
            bench.Add($"m{i}", "a@one.test");
        bench.Network.Hanging.Clear();
        bench.Network.Work();
        Assert.Equal(200, bench.Network.Seen.Count);
        Assert.InRange(bench.Network.MostAtOnce, 2, 7);
        Assert.InRange(bench.Network.Begun.Count, 2, 20);
    }

    [Fact]
    public void A_connection_that_is_closed_between_messages_costs_no_attempt()
    {
        using var bench = new QueueBench();
        bench.Network.MessagesPerConnection = 3;
        bench.Network.Hanging.Add("one.test");
        for (int i = 0; i < 20; i++)
            bench.Add($"m{i}", "a@one.test");
        bench.Network.Hanging.Clear();
        bench.Network.Work();
        bench.Turn();
        Assert.Equal(20, bench.Network.Seen.Count);
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void A_host_that_always_closes_before_the_first_message_is_not_tried_for_ever()
    {
        using var bench = new QueueBench();
        bench.Network.MessagesPerConnection = 0;
        bench.Add("m1", "a@one.test");
        Assert.InRange(bench.Network.Begun.Count, 2, 5);
        Assert.Equal(QueueState.Deferred, bench.Find("m1").State);
    }

    [Fact]
    public void Too_many_recipients_for_one_transaction_are_sent_in_the_next_at_once()
    {
        using var bench = new QueueBench();
        int taken = 0;
        bench.Network.Answers["one.test"] =
            _ => ++taken % 3 == 0 ? new Reply(452, "4.5.3", "too many recipients") : 250;
        bench.Add("m1", "a@one.test", "b@one.test", "c@one.test", "d@one.test");
        Assert.Equal(["one.test: a@one.test b@one.test c@one.test d@one.test", "one.test: c@one.test"],
            bench.Network.Seen);
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void A_start_goes_on_where_the_last_one_ended()
    {
        using var before = new QueueBench();
        before.Network.Answers["one.test"] = to => to == "bad@one.test" ? 550 : 451;
        before.Dsns.Fault = Fault.Io;
        QueueSpool.Entry deferred = before.Add("m1", "a@one.test");
        QueueSpool.Entry failed = before.Add("m2", "bad@one.test");
        QueueSpool.Entry held = before.Add("m3", "a@one.test");
        before.Queue.Hold("m3");
        before.Turn();
        using var after = new QueueBench(recovered: [deferred, failed, held]);
        after.Turn();
        Assert.Empty(after.Network.Seen);
        Assert.Equal(Seen(before.Find("m1")), Seen(after.Find("m1")));
        Assert.Equal(QueueState.Held, after.Find("m3").State);
        Assert.Equal(["Failed m2 bad@one.test 5.0.0 550 said so [mx.one.test]"], after.Dsns.Sent);
        after.Pass(TimeSpan.FromSeconds(61));
        Assert.Equal(["one.test: a@one.test"], after.Network.Seen);
    }

    // As an operator sees it.
    private static object Seen(QueuedRecipientView one)
        => (one with { Result = null }, one.Result!.Fault, one.Result.ReplyCode, one.Result.Status, one.Result.Text,
            one.Result.Speaker, one.Result.Tls);

    [Fact]
    public void A_note_of_garbage_makes_the_message_due_at_once()
    {
        var random = new Random(7);
        for (int length = 0; length < 60; length++)
        {
            var entry = new QueueSpool.Entry("m1", DateTimeOffset.UtcNow, Notify.Default, "a@one.test");
            byte[] note = new byte[length];
            random.NextBytes(note);
            if (length > 0)
                note[0] = 1;
            entry.Note = note;
            using var bench = new QueueBench(recovered: [entry]);
            bench.Queue.Release(null);
            bench.Network.Work();
            bench.Turn();
            bench.Queue.Retry(null);
            bench.Network.Work();
            Assert.Equal(length, bench.Network.Seen.Count + bench.Dsns.Sent.Count > 0 ? length : -1);
        }
    }

    [Fact]
    public void Every_cut_of_a_note_is_taken_or_left_but_never_fatal()
    {
        using var before = new QueueBench();
        before.Network.Answers["one.test"] = _ => 451;
        ReadOnlyMemory<byte> note = before.Add("m1", "a@one.test", "b@one.test").Note;
        Assert.True(note.Length > 20);
        for (int length = 0; length < note.Length; length++)
        {
            DateTimeOffset now = before.Clock.GetUtcNow();
            var entry = new QueueSpool.Entry("m1", now, Notify.Default, "a@one.test", "b@one.test");
            entry.Note = note[..length];
            using var bench = new QueueBench(recovered: [entry]);
            bench.Network.Work();
            Assert.Equal(["one.test: a@one.test b@one.test"], bench.Network.Seen);
        }
    }

    [Fact]
    public void Settings_that_change_the_next_hop_hold_for_what_waits()
    {
        string? smarthost = null;
        using var bench = new QueueBench(nextHopOf: domain => smarthost ?? domain);
        bench.Network.Down["one.test"] = Refused;
        bench.Network.Down["two.test"] = Refused;
        bench.Add("m1", "a@one.test", "b@two.test");
        bench.Turn();
        smarthost = "hub.test";
        bench.Pass(TimeSpan.FromSeconds(60));
        bench.Network.Work();
        Assert.Empty(bench.Network.Seen);
        bench.Network.Down.Clear();
        bench.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal(["hub.test: a@one.test b@two.test"], bench.Network.Seen);
    }

    [Fact]
    public void A_message_that_was_held_and_released_in_its_line_goes_out_once_though_its_next_hop_has_changed()
    {
        string? smarthost = null;
        using var bench = new QueueBench(nextHopOf: domain => smarthost ?? domain);
        bench.Network.Hanging.Add("one.test");
        bench.Add("m0", "a@one.test");
        bench.Add("m1", "a@one.test", "b@one.test");
        bench.Queue.Hold("m1");
        bench.Queue.Release("m1");
        smarthost = "hub.test";
        bench.Network.Hanging.Clear();
        bench.Network.Work();
        Assert.Equal(["hub.test: a@one.test", "hub.test: a@one.test b@one.test"], bench.Network.Seen);
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void A_pause_between_deliveries_is_kept()
    {
        RetrySchedule schedule = RetrySchedule.Default with { Pause = TimeSpan.FromSeconds(3) };
        using var bench = new QueueBench(schedule);
        foreach (string domain in new[] { "one.test", "two.test", "three.test" })
            bench.Add(domain, $"a@{domain}");
        Assert.Single(bench.Network.Seen);
        bench.Pass(TimeSpan.FromSeconds(2));
        Assert.Single(bench.Network.Seen);
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(2, bench.Network.Seen.Count);
        bench.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(3, bench.Network.Seen.Count);
    }

    [Fact]
    public void A_report_of_success_is_ours_where_the_host_writes_none_and_comes_before_the_mark()
    {
        using var bench = new QueueBench();
        bench.Dsns.Fault = Fault.Io;
        QueueSpool.Entry entry = bench.Add("m1", Notify.Success, "a@one.test");
        bench.Turn();
        Assert.Empty(bench.Spool.Marks);
        Assert.Equal(QueueState.Relayed, bench.Find("m1").State);
        Assert.Equal((0, 1), (bench.Queue.Counts.Failed, bench.Queue.Counts.Relayed));
        using (var after = new QueueBench(recovered: [entry]))
            Assert.Equal(["Relayed m1 a@one.test 2.0.0 250 2.0.0 taken [mx.one.test]"], after.Dsns.Sent);
        entry.Done.Clear();
        bench.Dsns.Fault = Fault.None;
        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(["Relayed m1 a@one.test 2.0.0 250 2.0.0 taken [mx.one.test]"], bench.Dsns.Sent);
        Assert.Equal(["m1 0 soon"], bench.Spool.Marks);
        bench.Network.OffersDsn = true;
        bench.Add("m2", Notify.Success, "a@one.test");
        Assert.Single(bench.Dsns.Sent);
    }
}
