using MailModule.Delivery.Local;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Delivery.Local;

public class LocalDeliveryTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly List<string> _events = [];
    private readonly MemorySpool _spool;
    private readonly MemoryStore _store;
    private readonly LocalDelivery _delivery;

    public LocalDeliveryTests()
    {
        _spool = new MemorySpool(_events);
        _store = new MemoryStore(_events);
        _delivery = new LocalDelivery(
            new LocalDeliveryDependencies { Spool = _spool, Store = _store, HomeOf = name => $"/h/{name}" });
    }

    [Fact]
    public void What_the_spool_found_at_start_comes_first_and_may_be_there()
    {
        _spool.Found.Add(new MemorySpool.Entry("m1", "a"));
        _spool.Start(_delivery, null);
        _delivery.Start();
        Take(new MemorySpool.Entry("m2", "a"));
        Assert.True(_delivery.CatchUp(Long));
        Assert.Equal(["deliver m1 /h/a again", "deliver m2 /h/a"], Events("deliver"));
        Assert.Equal(Fault.None, _delivery.Stop(Long));
    }

    [Fact]
    public void Settling_syncs_marks_and_flushes_in_this_order()
    {
        _delivery.Start();
        Take(new MemorySpool.Entry("m1", "a"));
        Assert.True(_delivery.CatchUp(Long));
        Assert.Equal(Fault.None, _delivery.MakeDurable());
        Assert.Equal(["deliver m1 /h/a", "sync", "mark m1 0", "flush"], Events(""));
        Assert.Equal(Fault.None, _delivery.Stop(Long));
    }

    [Fact]
    public void Settling_fails_when_the_sync_fails_or_the_marks_cannot_be_flushed()
    {
        _delivery.Start();
        _store.SyncFault = Fault.Io;
        Take(new MemorySpool.Entry("m1", "a"));
        Assert.True(_delivery.CatchUp(Long));
        Assert.Equal(Fault.Io, _delivery.MakeDurable());
        _store.SyncFault = Fault.None;
        _spool.FlushFault = Fault.Full;
        Assert.Equal(Fault.Full, _delivery.MakeDurable());
        _delivery.Stop(Long);
    }

    [Fact]
    public void What_stands_for_that_a_message_was_fetched_is_no_mailbox_and_is_heard_of_before_any_is()
    {
        var taken = new List<string>();
        var delivery = new LocalDelivery(new LocalDeliveryDependencies
        {
            Spool = _spool,
            Store = _store,
            HomeOf = name => $"/h/{name}",
            Taken = entry => taken.Add($"{entry.Id} behind {Events("deliver").Count}"),
        });
        delivery.Start();
        var entry = new MemorySpool.Entry("m1", "a", new FetchedMaildrop("box", "uid").ToString());
        delivery.Take(entry, isNew: true, () => { });
        Assert.True(delivery.CatchUp(Long));
        Assert.Equal(Fault.None, delivery.MakeDurable());
        Assert.Equal(["deliver m1 /h/a", "sync", "mark m1 0", "flush"], Events(""));
        Assert.Equal(["m1 behind 0"], taken);
        Assert.Empty(delivery.Waiting.All);
        Assert.Equal(Fault.None, delivery.Stop(Long));
    }

    [Fact]
    public void Many_messages_share_a_sync()
    {
        for (int i = 0; i < 1_000; i++)
            Take(new MemorySpool.Entry($"m{i}", "a"));
        _delivery.Start();
        Assert.True(_delivery.CatchUp(Long));
        Assert.Equal(Fault.None, _delivery.MakeDurable());
        Assert.Equal(Fault.None, _delivery.Stop(Long));
        Assert.Equal(1_000, Events("mark").Count);
        Assert.InRange(Events("sync").Count, 1, 10);
    }

    [Fact]
    public void Stopping_delivers_what_is_queued_and_flushes_the_marks()
    {
        _delivery.Start();
        for (int i = 0; i < 600; i++)
            Take(new MemorySpool.Entry($"m{i}", "a"));
        Assert.Equal(Fault.None, _delivery.Stop(Long));
        Assert.Equal(600, Events("deliver").Count);
        Assert.Equal(600, Events("mark").Count);
        Assert.Equal("flush", Events("")[^1]);
    }

    [Fact]
    public void Stopping_does_not_wait_for_a_mailbox_that_fails()
    {
        lock (_store.Broken)
            _store.Broken.Add("/h/a");
        _delivery.Start();
        Take(new MemorySpool.Entry("m1", "a"));
        Assert.Equal(Fault.None, _delivery.Stop(Long));
        Assert.Empty(Events("mark"));
    }

    [Theory]
    [InlineData(Fault.Full)]
    [InlineData(Fault.Io)]
    public void Stopping_tells_why_the_marks_could_not_be_flushed(Fault fault)
    {
        _delivery.Start();
        Take(new MemorySpool.Entry("m1", "a"));
        _spool.FlushFault = fault;
        Assert.Equal(fault, _delivery.Stop(Long));
    }

    [Fact]
    public void Stopping_tells_of_a_delivery_that_does_not_come_to_its_end()
    {
        using var begun = new ManualResetEventSlim();
        _store.OnDeliver = begun.Set;
        _delivery.Start();
        lock (_store.Broken)
        {
            Take(new MemorySpool.Entry("m1", "a"));
            Assert.True(begun.Wait(Long));
            Assert.Equal(Fault.Timeout, _delivery.Stop(TimeSpan.Zero));
        }
        Assert.Equal(Fault.None, _delivery.Stop(Long));
    }

    [Fact]
    public void After_the_end_nobody_waits()
    {
        _delivery.Start();
        Assert.Equal(Fault.None, _delivery.Stop(Long));
        Assert.Equal(Fault.None, _delivery.Stop(Long));
        Assert.Equal(Fault.None, _delivery.MakeDurable());
        Take(new MemorySpool.Entry("m1", "a"));
        Assert.True(_delivery.CatchUp(Long));
    }

    [Fact]
    public async Task A_deletion_waits_for_the_reports_of_its_own_mailbox_alone_and_for_no_later_ones()
    {
        var dsns = new HeldDsns();
        using LocalDelivery delivery = StartTelling(dsns);
        Assert.Equal(Fault.None, delivery.MakeDurable("/h/b"));
        Assert.DoesNotContain("mark m1 0", Events("mark"));
        Task<Fault> deletion = Task.Run(() => delivery.MakeDurable("/h/a"));
        TakeTold(delivery, "m2", "b");
        Assert.True(delivery.CatchUp(Long));
        Assert.False(deletion.IsCompleted);
        dsns.Commit(0);
        Assert.Equal(Fault.None, await deletion.WaitAsync(Long));
        Assert.Equal(["mark m1 0"], Events("mark"));
        dsns.Commit(1);
        Assert.Equal(Fault.None, delivery.Stop(Long));
    }

    [Fact]
    public async Task Stopping_waits_for_reports_that_are_being_written()
    {
        var dsns = new HeldDsns();
        using LocalDelivery delivery = StartTelling(dsns);
        Task<Fault> stop = Task.Run(() => delivery.Stop(Long));
        dsns.Commit(0);
        Assert.Equal(Fault.None, await stop.WaitAsync(Long));
        Assert.Equal(["mark m1 0"], Events("mark"));
    }

    [Fact]
    public void Messages_without_a_local_recipient_are_passed_over()
    {
        _delivery.Start();
        Take(new MemorySpool.Entry("m1", null, null));
        Assert.Equal(Fault.None, _delivery.Stop(Long));
        Assert.Empty(Events("deliver"));
    }

    [Fact]
    public void Far_behind_it_takes_all_but_wants_no_more_until_it_has_got_on()
    {
        const int bound = 20_000;
        const int more = 5;
        using var hasGotOn = new ManualResetEventSlim();
        _delivery.Start();
        lock (_store.Broken)
        {
            // The first batch has left the queue; its delivery waits for this lock.
            bool isBehind = false;
            for (int i = 0; i < bound + 256; i++)
                isBehind = !Take(new MemorySpool.Entry($"m{i}", "a"), hasGotOn.Set);
            for (int i = 0; i < more; i++)
                isBehind = !Take(new MemorySpool.Entry($"late{i}", "a"), hasGotOn.Set);
            Assert.True(isBehind);
            Assert.False(hasGotOn.IsSet);
        }
        Assert.True(hasGotOn.Wait(Long));
        Assert.Equal(Fault.None, _delivery.Stop(Long));
        Assert.Equal(bound + 256 + more, Events("deliver").Count);
    }

    [Fact]
    public void Few_messages_with_large_envelopes_are_as_much_as_many_small_ones()
    {
        string text = new('x', 1 << 20);
        using var hasGotOn = new ManualResetEventSlim();
        _delivery.Start();
        lock (_store.Broken)
        {
            bool isBehind = false;
            for (int i = 0; i < 256 + 40; i++)
            {
                var entry = new MemorySpool.Entry($"m{i}", "a");
                entry.Envelope.Recipients.Add(new Recipient(MailAddress.Null, "a") { OriginalRecipient = text });
                isBehind = !Take(entry, hasGotOn.Set);
            }
            Assert.True(isBehind);
        }
        Assert.True(hasGotOn.Wait(Long));
        Assert.Equal(Fault.None, _delivery.Stop(Long));
        Assert.True(Take(new MemorySpool.Entry("late", "a")));
    }

    [Fact]
    public void Before_its_start_and_after_its_end_nobody_waits_for_it()
    {
        const int bound = 20_000;
        for (int i = 0; i < bound + 1; i++)
            Assert.True(Take(new MemorySpool.Entry($"m{i}", "a")));
        _delivery.Start();
        Assert.Equal(Fault.None, _delivery.Stop(Long));
        Assert.True(Take(new MemorySpool.Entry("late", "a")));
    }

    [Fact]
    public void Deliveries_are_synced_and_marked_without_being_asked()
    {
        using var marked = new ManualResetEventSlim();
        var spool = new MemorySpool(_events);
        var store = new MemoryStore(_events);
        var delivery = new LocalDelivery(
            new LocalDeliveryDependencies { Spool = spool, Store = store, HomeOf = name => $"/h/{name}" });
        delivery.Start();
        var entry = new MemorySpool.Entry("m1", "a");
        entry.Marked = marked.Set;
        delivery.Take(entry, isNew: true, () => { });
        Assert.True(marked.Wait(Long));
        Assert.Equal(Fault.None, delivery.Stop(Long));
    }

    private bool Take(MemorySpool.Entry entry, Action? resume = null)
        => _delivery.Take(entry, isNew: true, resume ?? (() => { }));

    private List<string> Events(string start)
    {
        lock (_events)
            return _events.Where(text => text.StartsWith(start, StringComparison.Ordinal)).ToList();
    }

    // One message is in a mailbox, and its sender is not told yet.
    private LocalDelivery StartTelling(HeldDsns dsns)
    {
        var delivery = new LocalDelivery(new LocalDeliveryDependencies
        { Spool = _spool, Store = _store, HomeOf = name => $"/h/{name}", DsnSender = dsns });
        delivery.Start();
        TakeTold(delivery, "m1", "a");
        Assert.True(delivery.CatchUp(Long));
        return delivery;
    }

    private static void TakeTold(LocalDelivery delivery, string id, string user)
    {
        var entry = new MemorySpool.Entry(id, user);
        entry.Envelope.Recipients[0] = entry.Envelope.Recipients[0] with { Notify = Notify.Success };
        Assert.True(delivery.Take(entry, isNew: true, () => { }));
    }

    /// <summary>Writes a DSN when a test says so.</summary>
    private sealed class HeldDsns : IDsnSender
    {
        private readonly List<Action<Fault>> _held = [];

        public void Send(
            ISpoolEntry original, DsnKind kind, IReadOnlyList<DsnRecipient> recipients, Action<Fault> committed)
        {
            lock (_held)
                _held.Add(committed);
        }

        public void Commit(int index)
        {
            Action<Fault> committed;
            lock (_held)
                committed = _held[index];
            committed(Fault.None);
        }
    }
}
