using MailModule.Delivery.Local;
using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Delivery.Local;

/// <summary>What was accepted for mailboxes and waits is seen, tried and removed by an operator.</summary>
public class WaitingMailTests
{
    private readonly List<string> _events = [];
    private readonly List<string> _removed = [];
    private readonly List<Action<long>> _steps = [];
    private readonly TurnedClock _clock = new();
    private readonly MemorySpool _spool;
    private readonly MemoryStore _store;
    private readonly MailboxDelivery _mailboxes;
    private readonly WaitingMail _waiting;

    public WaitingMailTests()
    {
        _spool = new MemorySpool(_events);
        _store = new MemoryStore(_events);
        var parts = new LocalDeliveryDependencies
        {
            Spool = _spool,
            Store = _store,
            HomeOf = name => $"/h/{name}",
            Time = _clock,
            Removed = (entry, index) => _removed.Add($"{entry.Id} {index}"),
        };
        _mailboxes = new MailboxDelivery(parts, _ => { }, _steps.Add);
        _waiting = new WaitingMail(parts, new Consumer(), _mailboxes, _steps.Add);
        _store.Broken.Add("/h/bob");
    }

    [Fact]
    public void Who_waits_is_seen_with_why_and_until_when()
    {
        _mailboxes.Deliver(Entry("m1", "ann", "bob"), mayBeDuplicate: false, now: 0);
        _mailboxes.Deliver(Entry("m2", "bob"), mayBeDuplicate: false, now: 0);
        QueuedRecipientView first = Assert.Single(_waiting.Find("m1")!.Recipients);
        Assert.Equal((1, QueueState.Deferred, 1), (first.Index, first.State, first.Attempts));
        Assert.Equal((Fault.Full, "4.3.1"), (first.Result!.Fault, first.Result.Status));
        Assert.Equal((_clock.GetUtcNow(), _clock.GetUtcNow() + TimeSpan.FromSeconds(1)),
            (first.LastAttempt!.Value, first.NextAttempt!.Value));
        QueuedRecipientView behind = Assert.Single(_waiting.Find("m2")!.Recipients);
        Assert.Equal((0, null, first.NextAttempt), (behind.Attempts, behind.LastAttempt, behind.NextAttempt));
        Assert.Equal(["m1", "m2"], _waiting.All.Select(message => message.Entry.Id));
    }

    [Fact]
    public void Who_does_not_wait_any_more_is_not_seen()
    {
        _mailboxes.Deliver(Entry("m1", "bob"), mayBeDuplicate: false, now: 0);
        _store.Broken.Clear();
        _mailboxes.Retry(_mailboxes.NextRetry);
        Assert.Null(_waiting.Find("m1"));
        Assert.Empty(_waiting.All);
    }

    [Fact]
    public void A_mailbox_is_tried_at_once_when_an_operator_wants_it()
    {
        _store.Broken.Add("/h/ann");
        _mailboxes.Deliver(Entry("m1", "bob"), mayBeDuplicate: false, now: 0);
        _mailboxes.Deliver(Entry("m2", "ann"), mayBeDuplicate: false, now: 0);
        _store.Broken.Clear();
        _events.Clear();
        _waiting.Retry("m2");
        Work(now: 5);
        Assert.Equal(["deliver m2 /h/ann again"], _events);
        _waiting.Retry(null);
        Work(now: 6);
        Assert.Equal(["deliver m2 /h/ann again", "deliver m1 /h/bob again"], _events);
    }

    [Fact]
    public void What_is_removed_is_gone_at_once_and_delivered_no_more()
    {
        _mailboxes.Deliver(Entry("m1", "bob"), mayBeDuplicate: false, now: 0);
        _mailboxes.Deliver(Entry("m2", "bob"), mayBeDuplicate: false, now: 0);
        _waiting.Remove("m1");
        Assert.Null(_waiting.Find("m1"));
        Assert.Equal(["m1 0"], _removed);
        _store.Broken.Clear();
        _events.Clear();
        _mailboxes.Retry(_mailboxes.NextRetry); // it may come before the step does
        Assert.Equal(["deliver m2 /h/bob again"], _events);
    }

    [Fact]
    public void All_can_be_removed()
    {
        _spool.Held.Add(Entry("held", "bob", null));
        _mailboxes.Deliver(Entry("m1", "bob"), mayBeDuplicate: false, now: 0);
        _waiting.Remove(null);
        Work(now: 0);
        Assert.Equal(["held 0", "m1 0"], _removed);
        Assert.Empty(_waiting.All);
        Assert.Equal(0, _mailboxes.Waiting);
    }

    // RFC 4865
    [Fact]
    public void What_its_sender_has_held_is_seen_until_then()
    {
        MemorySpool.Entry entry = Entry("held", "bob", null);
        entry.Envelope.Hold = new HoldRequest(TimeSpan.FromHours(2), default);
        _spool.Held.Add(entry);
        QueuedRecipientView held = Assert.Single(_waiting.Find("held")!.Recipients);
        Assert.Equal((0, QueueState.Deferred, 0), (held.Index, held.State, held.Attempts));
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromHours(2), held.NextAttempt);
        Assert.Null(held.Result);
    }

    [Fact]
    public void After_the_end_of_local_delivery_there_is_nothing()
    {
        _spool.Held.Add(Entry("held", "bob"));
        _mailboxes.Deliver(Entry("m1", "bob"), mayBeDuplicate: false, now: 0);
        _waiting.Close();
        Assert.Empty(_waiting.All);
        Assert.Null(_waiting.Find("m1"));
        Assert.Null(_waiting.Find("held"));
    }

    private MemorySpool.Entry Entry(string id, params string?[] maildrops)
    {
        var entry = new MemorySpool.Entry(id, maildrops);
        entry.Envelope.Received = _clock.GetUtcNow();
        return entry;
    }

    private void Work(long now)
    {
        foreach (Action<long> step in _steps.ToArray())
            step(now);
        _steps.Clear();
        _mailboxes.Retry(now);
    }

    private sealed class Consumer : ISpoolConsumer
    {
        public bool Take(ISpoolEntry entry, bool isNew, Action resume) => true;
    }
}
