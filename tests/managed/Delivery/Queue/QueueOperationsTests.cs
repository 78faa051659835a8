using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Queue;

public class QueueOperationsTests
{
    private static readonly AttemptResult Refused =
        ScriptedNetwork.NotReached(Fault.Connect, "4.4.1", "connection refused");

    [Fact]
    public void Counts_add_up_in_every_state()
    {
        using var bench = new QueueBench();
        bench.Network.Hanging.Add("slow.test");
        bench.Network.Answers["late.test"] = _ => 451;
        bench.Add("ready", "a@slow.test");
        bench.Add("late", "a@late.test", "b@late.test");
        bench.Add("held", "a@late.test");
        bench.Queue.Hold("held");
        Assert.Equal(
            new QueueCounts(3, 4, Ready: 1, Active: 0, Deferred: 2, Held: 1, Failed: 0, Relayed: 0),
            bench.Queue.Counts);
        bench.Queue.Remove(null);
        Assert.Equal(default, bench.Queue.Counts);
        Assert.Empty(bench.Queue.List());
    }

    [Fact]
    public void A_held_message_waits_until_it_is_released()
    {
        using var bench = new QueueBench();
        bench.Network.Down["one.test"] = Refused;
        bench.Add("m1", "a@one.test");
        bench.Turn();
        bench.Queue.Hold("m1");
        bench.Network.Down.Clear();
        bench.Pass(TimeSpan.FromHours(2));
        bench.Queue.Retry("m1");
        bench.Network.Work();
        Assert.Empty(bench.Network.Seen);
        bench.Queue.Release("m1");
        bench.Network.Work();
        Assert.Equal(["one.test: a@one.test"], bench.Network.Seen);
    }

    [Fact]
    public void Retry_does_not_wait_for_the_schedule()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 451;
        bench.Add("m1", "a@one.test");
        bench.Add("m2", "a@one.test");
        bench.Queue.Retry("m2");
        bench.Network.Work();
        Assert.Equal(3, bench.Network.Seen.Count);
        bench.Queue.Retry(null);
        bench.Network.Work();
        Assert.Equal(5, bench.Network.Seen.Count);
        Assert.Equal(Fault.NotFound, bench.Queue.Retry("nobody"));
    }

    [Fact]
    public void A_message_that_is_removed_while_it_is_sent_keeps_its_text_until_the_connection_is_done_with_it()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ =>
        {
            Assert.Equal(QueueState.Active, bench.Find("m1").State);
            bench.Queue.Remove("m1");
            Assert.Empty(bench.Spool.Marks);
            return 451;
        };
        bench.Add("m1", "a@one.test");
        Assert.Equal(["m1 0"], bench.Spool.Marks);
        Assert.Equal(Fault.NotFound, bench.Queue.Find("m1", out _));
    }

    [Fact]
    public void A_message_that_was_removed_on_its_connection_is_told_of_when_the_attempt_has_ended()
    {
        using var bench = new QueueBench();
        QueueEvent? removed = null;
        using var heard = new ManualResetEventSlim();
        bench.Queue.SetListener(one =>
        {
            if (one.Kind != QueueEventKind.Removed)
                return;
            removed = one;
            heard.Set();
        });
        bench.Network.Answers["one.test"] = _ =>
        {
            bench.Queue.Remove("m1");
            Assert.Null(removed);
            return 451;
        };
        bench.Add("m1", "a@one.test");
        Assert.True(heard.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(("m1", "a@one.test"), (removed!.Id, removed.Recipient.Text));
    }

    [Fact]
    public void A_redirection_is_a_new_message_that_names_the_first_address()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 451;
        bench.Add("m1", "a@one.test", "b@one.test");
        Assert.True(MailAddress.TryParse("a@one.test", out MailAddress from));
        Assert.True(MailAddress.TryParse("me@here.test", out MailAddress to));
        Assert.Equal(Fault.None, bench.Queue.Redirect("m1", from, to, out string id));
        Assert.StartsWith("written", id, StringComparison.Ordinal);
        Envelope envelope = Assert.Single(bench.Spool.Written);
        Assert.Equal("me", envelope.Recipients[0].Maildrop);
        Assert.Equal("rfc822;a@one.test", envelope.Recipients[0].OriginalRecipient);
        Assert.Equal(["m1 0"], bench.Spool.Marks);
        Assert.Equal(1, bench.Queue.Counts.Recipients);
        Assert.Equal(Fault.NotFound, bench.Queue.Redirect("m1", to, from, out _));
    }

    [Fact]
    public void An_operator_may_redirect_a_strangers_mail_to_an_inner_host()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 451;
        QueueSpool.Entry entry = bench.Add("m1", "a@one.test");
        entry.Envelope.IsFromStranger = entry.Envelope.AvoidsInner = true;
        Assert.True(MailAddress.TryParse("me@here.test", out MailAddress to));
        Assert.Equal(Fault.None, bench.Queue.Redirect("m1", null, to, out _));
        Envelope envelope = Assert.Single(bench.Spool.Written);
        Assert.Equal((true, false), (envelope.IsFromStranger, envelope.AvoidsInner));
    }

    [Fact]
    public void Nothing_is_redirected_to_nobody()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 451;
        bench.Add("m1", "a@one.test");
        Assert.True(MailAddress.TryParse("nobody@here.test", out MailAddress to));
        Assert.Equal(Fault.NotFound, bench.Queue.Redirect("m1", null, to, out _));
        Assert.Empty(bench.Spool.Written);
        Assert.Equal(1, bench.Queue.Counts.Recipients);
    }

    [Fact]
    public void A_redirection_that_cannot_be_written_changes_nothing()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 451;
        bench.Add("m1", "a@one.test");
        Assert.True(MailAddress.TryParse("me@here.test", out MailAddress to));
        bench.Spool.WriteFault = Fault.Full;
        Assert.Equal(Fault.Full, bench.Queue.Redirect("m1", null, to, out _));
        Assert.Empty(bench.Spool.Marks);
        bench.Network.Answers.Clear();
        bench.Network.Work();
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void The_text_comes_without_our_trace_line_and_ends_with_an_error_when_the_message_leaves()
    {
        using var bench = new QueueBench();
        bench.Network.Answers["one.test"] = _ => 451;
        bench.Add("m1", "a@one.test");
        Assert.Equal(Fault.None, bench.Queue.OpenContent("m1", out Stream? text));
        using var reader = new StreamReader(text!);
        Assert.Equal("Subject: x\n\ntext\n", reader.ReadToEnd());
        Assert.Equal(Fault.None, bench.Queue.OpenContent("m1", out Stream? late));
        bench.Queue.Remove("m1");
        Assert.Throws<IOException>(() => late!.ReadByte());
    }

    [Fact]
    public void Events_come_in_order_with_numbers_that_have_no_gap()
    {
        using var bench = new QueueBench();
        var heard = new List<QueueEvent>();
        using var all = new ManualResetEventSlim();
        bench.Add("m0", "a@one.test"); // numbers 1 and 2, unheard
        bench.Queue.SetListener(one =>
        {
            heard.Add(one);
            if (heard.Count == 7)
                all.Set();
        });
        bench.Network.Answers["one.test"] = to => to == "bad@one.test" ? 550 : 451;
        bench.Add("m1", "bad@one.test", "late@one.test");
        bench.Turn();
        bench.Network.Answers.Clear();
        bench.Pass(TimeSpan.FromMinutes(1));
        bench.Network.Answers["one.test"] = _ => 451;
        bench.Add("m2", "a@one.test");
        bench.Queue.Remove("m2");
        Assert.True(all.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(["Queued bad", "Queued late", "Deferred late", "Bounced bad", "Delivered late", "Queued a",
            "Deferred a"], heard.Take(7).Select(one => $"{one.Kind} {one.Recipient.LocalPart}"));
        Assert.Equal(Enumerable.Range(3, 7).Select(number => (long)number), heard.Take(7).Select(one => one.Sequence));
        Assert.Equal(bench.Clock.GetUtcNow(), heard[4].At);
    }

    [Fact]
    public void A_listener_may_change_the_queue_and_take_itself_away()
    {
        using var bench = new QueueBench();
        using var done = new ManualResetEventSlim();
        bench.Network.Answers["one.test"] = _ => 451;
        bench.Queue.SetListener(one =>
        {
            if (one.Kind != QueueEventKind.Deferred)
                return;
            bench.Queue.Remove(one.Id);
            bench.Queue.SetListener(null);
            done.Set();
        });
        bench.Add("m1", "a@one.test");
        Assert.True(done.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(default, bench.Queue.Counts);
    }

    [Fact]
    public void Stale_entries_of_the_retry_heap_are_swept()
    {
        var heap = new RetryHeap();
        var counts = new StateCounts();
        var entry = new QueueSpool.Entry("m1", DateTimeOffset.UtcNow, Notify.Default, "a@one.test");
        var transactions = new List<QueuedTransaction>();
        for (int i = 0; i < 10_000; i++)
        {
            var queued = new QueuedTransaction(new QueueItem(entry, [], DateTimeOffset.UtcNow), "one.test")
            {
                Due = DateTimeOffset.UnixEpoch.AddSeconds(i),
            };
            queued.Become(QueueState.Deferred, counts);
            heap.Add(queued);
            transactions.Add(queued);
        }
        foreach (QueuedTransaction queued in transactions.Skip(1).Take(9_000))
        {
            queued.Become(QueueState.Held, counts);
            heap.MarkStale();
        }
        Assert.InRange(heap.Count, 1_000, 3_000);
        Assert.Equal(DateTimeOffset.UnixEpoch, heap.NextDue);
        Assert.True(heap.TryDequeue(DateTimeOffset.UnixEpoch, out QueuedTransaction first));
        Assert.Same(transactions[0], first);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(9_001), heap.NextDue);
    }
}
