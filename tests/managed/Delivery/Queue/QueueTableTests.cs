using MailModule.Delivery;
using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>The table by itself: no network, no thread, and the time is what the test says.</summary>
public class QueueTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly AttemptResult Taken =
        AttemptResult.Kept(AttemptResultKind.Delivered, Fault.None, 250, "2.0.0", "250 taken", "mx.one.test", null);
    private static readonly AttemptResult Refused = AttemptResult.Kept(
        AttemptResultKind.Failed, Fault.RefusedPermanent, 550, "5.0.0", "550 no", "mx.one.test", null);

    private readonly QueueSpool _spool = new([]);
    private readonly QueueTable _table;
    private string? _smarthost;

    public QueueTableTests() => _table = new QueueTable(_spool, (domain, _) => _smarthost ?? domain);

    [Fact]
    public void Every_way_through_the_states_is_counted()
    {
        using var held = new HeldLock(_table);
        QueueItem item = Admit("m1", "a@one.test", "b@one.test");
        QueuedTransaction queued = Assert.Single(item.Transactions);
        Assert.Equal(new QueueCounts(1, 2, Ready: 2, 0, 0, 0, 0, 0), _table.Counts);
        _table.MakeActive(queued);
        Assert.Equal(new QueueCounts(1, 2, 0, Active: 2, 0, 0, 0, 0), _table.Counts);
        _table.Defer(queued, Now.AddMinutes(1));
        Assert.Equal(new QueueCounts(1, 2, 0, 0, Deferred: 2, 0, 0, 0), _table.Counts);
        _table.Hold(item);
        Assert.Equal(new QueueCounts(1, 2, 0, 0, 0, Held: 2, 0, 0), _table.Counts);
        _table.Release(item);
        _table.MakeActive(queued);
        _table.Fail(item.Recipients[0]);
        _table.Relay(item.Recipients[1]);
        Assert.Equal(new QueueCounts(1, 2, 0, 0, 0, 0, Failed: 1, Relayed: 1), _table.Counts);
        Assert.Empty(item.Transactions);
        _table.MarkDone(item, item.Recipients, soon: true);
        Assert.Equal(default, _table.Counts);
        Assert.False(_table.Holds(item));
        Assert.Equal(["m1 0 1 soon"], _spool.Marks);
    }

    [Fact]
    public void Mail_that_avoids_inner_addresses_does_and_an_item_found_at_a_start_still_does()
    {
        var table = new QueueTable(_spool, (domain, avoidsInner) => $"{domain} {avoidsInner}");
        using var held = new HeldLock(table);
        for (int i = 0; i < 2; i++)
        {
            var entry = new QueueSpool.Entry($"m{i}", Now, Notify.Default, "a@one.test");
            entry.Envelope.AvoidsInner = i == 1;
            QueueItem item = table.Admit(entry, RetrySchedule.Default, Now)!;
            Assert.Equal($"one.test {i == 1}", Assert.Single(item.Transactions).NextHop);
        }
    }

    [Fact]
    public void No_order_of_changes_makes_a_count_wrong()
    {
        using var held = new HeldLock(_table);
        var random = new Random(8);
        List<QueueItem> items = [.. Enumerable.Range(0, 40).Select(i => Admit($"m{i}", "a@one.test", "b@two.test"))];
        for (int step = 0; step < 5_000; step++)
        {
            QueueItem item = items[random.Next(items.Count)];
            Change(item, random);
            items[items.IndexOf(item)] = _table.Holds(item) ? item : Admit($"n{step}", "a@one.test", "b@two.test");
            Assert.Equal(CountOneByOne(items), _table.Counts);
        }
    }

    [Fact]
    public void What_is_deferred_is_made_ready_when_its_time_has_come_and_taken_once()
    {
        using var held = new HeldLock(_table);
        QueueItem first = Admit("m1", "a@one.test");
        QueueItem second = Admit("m2", "a@one.test");
        Assert.Equal([first, second], TakeReady().Select(queued => queued.Item));
        _table.Defer(first.Transactions[0], Now.AddMinutes(5));
        _table.Defer(second.Transactions[0], Now.AddMinutes(1));
        Assert.Equal(Now.AddMinutes(1), _table.NextDue);
        Assert.False(_table.TryMakeDueReady(Now));
        Assert.True(_table.TryMakeDueReady(Now.AddMinutes(2)));
        Assert.False(_table.TryMakeDueReady(Now.AddMinutes(2)));
        Assert.Equal(second.Transactions, TakeReady());
        Assert.Empty(TakeReady());
        Assert.Equal(Now.AddMinutes(5), _table.NextDue);
    }

    [Fact]
    public void What_is_held_before_the_dispatcher_takes_it_does_not_come()
    {
        using var held = new HeldLock(_table);
        QueueItem item = Admit("m1", "a@one.test");
        _table.Hold(item);
        Assert.Empty(TakeReady());
        _table.Release(item);
        Assert.Equal(item.Transactions, TakeReady());
    }

    [Fact]
    public void A_start_brings_each_recipient_back_to_its_state()
    {
        using var held = new HeldLock(_table);
        QueueItem before = Admit("m1", "late@one.test", "bad@one.test", "good@one.test");
        QueuedTransaction queued = before.Transactions[0];
        _table.MakeActive(queued);
        (before.Recipients[1].Last, before.Recipients[2].Last) = (Refused, Taken);
        _table.Fail(before.Recipients[1]);
        _table.Relay(before.Recipients[2]);
        _table.Defer(queued, Now.AddMinutes(1));
        _table.SaveNote(before);
        var table = new QueueTable(_spool, (domain, _) => domain);
        using var other = new HeldLock(table);
        QueueItem? after = table.Admit(before.Entry, RetrySchedule.Default, Now);
        Assert.Equal([QueueState.Deferred, QueueState.Failed, QueueState.Relayed],
            after!.Recipients.Select(recipient => recipient.State));
        Assert.Equal(_table.Counts, table.Counts);
        Assert.Equal(Now.AddMinutes(1), table.NextDue);
    }

    [Fact]
    public void What_is_set_aside_is_moved_by_nothing_until_it_is_put_back()
    {
        using var held = new HeldLock(_table);
        QueueItem item = Admit("m1", "a@one.test", "b@one.test");
        QueuedTransaction aside = _table.SetAside(item, [item.Recipients[0]]);
        _table.Release(item);
        _table.Retry(item);
        Assert.Equal(QueueState.Held, aside.State);
        Assert.Equal(new QueueCounts(1, 2, Ready: 1, 0, 0, Held: 1, 0, 0), _table.Counts);
        Assert.DoesNotContain(aside, _table.Remove(item));
    }

    [Fact]
    public void A_transaction_whose_next_hop_has_changed_is_left_empty_and_held()
    {
        using var held = new HeldLock(_table);
        QueueItem item = Admit("m1", "a@one.test", "b@two.test");
        List<QueuedTransaction> ready = TakeReady();
        Assert.False(_table.TryRegroup(ready[0]));
        _smarthost = "hub.test";
        Assert.True(_table.TryRegroup(ready[0]));
        Assert.Equal((0, QueueState.Held), (ready[0].Recipients.Count, ready[0].State));
        Assert.True(_table.TryRegroup(ready[1]));
        QueuedTransaction one = Assert.Single(TakeReady());
        Assert.Equal("hub.test", one.NextHop);
        Assert.Equal(item.Recipients, one.Recipients);
        Assert.Equal(2, _table.Counts.Ready);
    }

    [Fact]
    public void A_closed_table_takes_nothing_in()
    {
        using var held = new HeldLock(_table);
        _table.Close();
        Assert.Null(_table.Admit(EntryOf("m1", "a@one.test"), RetrySchedule.Default, Now));
        Assert.Equal(default, _table.Counts);
    }

    private void Change(QueueItem item, Random random)
    {
        QueuedTransaction? queued = item.Transactions.Count == 0 ? null : item.Transactions[^1];
        QueueRecipient recipient = item.Recipients[random.Next(item.Recipients.Length)];
        switch (random.Next(11))
        {
            case 0: _table.Hold(item); break;
            case 1: _table.Release(item); break;
            case 2: _table.Retry(item); break;
            case 3: _table.TryMakeDueReady(Now.AddMinutes(random.Next(60))); break;
            case 4: _smarthost = random.Next(2) == 0 ? null : "hub.test"; break;
            case 5: _table.MarkDone(item, item.InState(QueueState.Failed), soon: false); break;
            case 6: _table.MarkDone(item, item.InState(QueueState.Relayed), soon: true); break;
            case 7 when recipient.Transaction is not null: _table.Fail(recipient); break;
            case 8 when recipient.Transaction is not null: _table.Relay(recipient); break;
            case 9 when recipient.Transaction is not null: _table.SetAside(item, [recipient]); break;
            case 10 when queued is { State: QueueState.Ready }: _table.TryRegroup(queued); break;
            case > 6 when queued is not null: Move(queued, random); break;
        }
    }

    private void Move(QueuedTransaction queued, Random random)
    {
        switch (random.Next(4))
        {
            case 0: _table.MakeActive(queued); break;
            case 1: _table.Defer(queued, Now.AddMinutes(random.Next(60))); break;
            case 2: _table.PutBack(queued); break;
            default: _table.Hold(queued); break;
        }
    }

    private static QueueCounts CountOneByOne(List<QueueItem> items)
    {
        int Of(QueueState state) => items.Sum(item => item.InState(state).Length);
        return new QueueCounts(
            items.Count, items.Sum(item => item.Recipients.Count(one => !one.IsDone)), Of(QueueState.Ready),
            Of(QueueState.Active), Of(QueueState.Deferred), Of(QueueState.Held), Of(QueueState.Failed),
            Of(QueueState.Relayed));
    }

    private QueueItem Admit(string id, params string[] to)
        => _table.Admit(EntryOf(id, to), RetrySchedule.Default, Now)!;

    private static QueueSpool.Entry EntryOf(string id, params string[] to) => new(id, Now, Notify.Default, to);

    private List<QueuedTransaction> TakeReady()
    {
        var taken = new List<QueuedTransaction>();
        while (_table.TryTakeReady(out QueuedTransaction queued))
            taken.Add(queued);
        return taken;
    }
}

/// <summary>The table's lock in the hands of a test.</summary>
internal sealed class HeldLock : IDisposable
{
    private readonly QueueTable _table;

    public HeldLock(QueueTable table)
    {
        _table = table;
        Monitor.Enter(table.Lock);
    }

    public void Dispose() => Monitor.Exit(_table.Lock);
}
