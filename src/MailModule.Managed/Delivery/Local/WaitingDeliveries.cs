using MailModule.Delivery.Queue;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>
/// What waits for mailboxes that failed, for those who ask: the thread of local delivery tells, any thread reads.
/// </summary>
internal sealed class WaitingDeliveries(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Failure> _failures = [];
    private readonly Dictionary<string, List<Waiting>> _byId = [];

    private sealed record Failure(AttemptResult Why, DateTimeOffset At, DateTimeOffset Next);

    private readonly record struct Waiting(string Mailbox, PendingDelivery Delivery);

    /// <summary>An attempt for a mailbox has failed.</summary>
    /// <param name="delay">Until the next.</param>
    public void MailboxFailed(string mailbox, AttemptResult why, TimeSpan delay)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
            _failures[mailbox] = new Failure(why, now, now + delay);
    }

    public void MailboxRecovered(string mailbox)
    {
        lock (_lock)
            _failures.Remove(mailbox);
    }

    /// <summary>A delivery waits for a mailbox, or what is known of it has changed.</summary>
    public void Add(string mailbox, PendingDelivery delivery)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(delivery.Entry.Id, out List<Waiting>? waiting))
                _byId[delivery.Entry.Id] = waiting = new List<Waiting>(1);
            int former = waiting.FindIndex(one => IsSame(one.Delivery, delivery));
            if (former < 0)
                waiting.Add(new Waiting(mailbox, delivery));
            else
                waiting[former] = new Waiting(mailbox, delivery);
        }
    }

    public void Remove(PendingDelivery delivery)
    {
        lock (_lock)
            if (_byId.TryGetValue(delivery.Entry.Id, out List<Waiting>? waiting)
                && waiting.RemoveAll(one => IsSame(one.Delivery, delivery)) > 0 && waiting.Count == 0)
                _byId.Remove(delivery.Entry.Id);
    }

    /// <summary>The messages, each with its recipients that wait.</summary>
    public List<WaitingMessage> All()
    {
        lock (_lock)
            return [.. _byId.Values.Select(MessageOf).OfType<WaitingMessage>()];
    }

    public WaitingMessage? Find(string id)
    {
        lock (_lock)
            return _byId.TryGetValue(id, out List<Waiting>? waiting) ? MessageOf(waiting) : null;
    }

    private static bool IsSame(in PendingDelivery one, in PendingDelivery other)
        => one.Recipients[0] == other.Recipients[0];

    // Null: an operator has taken out all of it.
    private WaitingMessage? MessageOf(List<Waiting> waiting)
    {
        ISpoolEntry entry = waiting[0].Delivery.Entry;
        QueuedRecipientView[] open = [.. waiting.SelectMany(one => one.Delivery.Recipients
            .Where(index => !entry.IsDone(index)).Select(index => ViewOf(one, index)))];
        return open.Length > 0 ? new WaitingMessage(entry, open) : null;
    }

    private QueuedRecipientView ViewOf(in Waiting one, int index)
    {
        Failure? failure = _failures.GetValueOrDefault(one.Mailbox);
        PendingDelivery delivery = one.Delivery;
        return new QueuedRecipientView(
            index, delivery.Entry.Envelope.Recipients[index].Address, QueueState.Deferred, delivery.Failures,
            delivery.Failures > 0 ? failure?.At : null, failure?.Next, failure?.Why);
    }
}
