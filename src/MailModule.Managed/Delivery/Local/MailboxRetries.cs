using MailModule.Smtp.Client;

namespace MailModule.Delivery.Local;

/// <summary>
/// Deliveries that failed, by mailbox. A mailbox is tried again later and later, with its oldest message first; the
/// others wait behind that one. One thread; times are the caller's, in milliseconds.
/// </summary>
/// <param name="waiting">Is told of all of them, for those who ask.</param>
internal sealed class MailboxRetries(WaitingDeliveries waiting)
{
    private const int AttemptsInARow = 256;
    private const long FirstDelay = 1_000;
    private const long LongestDelay = 300_000;

    private readonly Dictionary<string, FailingMailbox> _mailboxes = [];

    private sealed class FailingMailbox
    {
        public readonly Queue<PendingDelivery> Waiting = new();
        public long Delay = FirstDelay;
        public long NextAttempt;
    }

    public WaitingDeliveries Seen => waiting;

    /// <summary>Deliveries that wait for their next attempt.</summary>
    public int Count => _mailboxes.Values.Sum(mailbox => mailbox.Waiting.Count);

    /// <summary>When the next mailbox is due; <see cref="long.MaxValue"/> if none is.</summary>
    public long NextAttempt
        => _mailboxes.Count == 0 ? long.MaxValue : _mailboxes.Values.Min(mailbox => mailbox.NextAttempt);

    /// <summary>
    /// Lets a delivery wait if its mailbox has failed lately, so that it costs no attempt; else false.
    /// </summary>
    public bool TryWait(string mailbox, in PendingDelivery delivery)
    {
        if (!_mailboxes.TryGetValue(mailbox, out FailingMailbox? failing))
            return false;
        Enqueue(mailbox, failing, delivery with { MayBeDuplicate = true });
        return true;
    }

    /// <summary>Adds a delivery that failed.</summary>
    /// <returns>True if it is the first that waits for its mailbox.</returns>
    public bool Add(string mailbox, in PendingDelivery delivery, AttemptResult why, long now)
    {
        bool isFirst = !_mailboxes.TryGetValue(mailbox, out FailingMailbox? failing);
        if (isFirst)
        {
            long delay = Math.Min(FirstDelay << Math.Min(delivery.Failures, 20), LongestDelay);
            _mailboxes[mailbox] = failing = new FailingMailbox { Delay = delay, NextAttempt = now + delay };
            waiting.MailboxFailed(mailbox, why, TimeSpan.FromMilliseconds(delay));
        }
        Enqueue(mailbox, failing!, delivery with { MayBeDuplicate = true, Failures = delivery.Failures + 1 });
        return isFirst;
    }

    /// <summary>Tries the mailboxes whose time has come.</summary>
    /// <param name="attempt">Null: the delivery waits no more. Else it failed again, and why.</param>
    /// <param name="waits">
    /// Asked for each that goes on waiting, with what its mailbox says: what it is from then on.
    /// </param>
    public void RunDue(
        long now, Func<PendingDelivery, AttemptResult?> attempt,
        Func<PendingDelivery, AttemptResult, PendingDelivery> waits)
    {
        foreach ((string key, FailingMailbox mailbox) in _mailboxes.ToArray())
            if (mailbox.NextAttempt <= now && TryEmpty(key, mailbox, now, attempt, waits))
                Remove(key);
    }

    /// <summary>The mailboxes that a message waits for are due now; null: all.</summary>
    public void MakeDue(string? id, long now)
    {
        foreach (FailingMailbox mailbox in _mailboxes.Values)
            if (id is null || mailbox.Waiting.Any(delivery => delivery.Entry.Id == id))
                (mailbox.Delay, mailbox.NextAttempt) = (FirstDelay, now);
    }

    /// <summary>Takes out those that are chosen.</summary>
    public List<PendingDelivery> Remove(Predicate<PendingDelivery> isChosen)
    {
        var removed = new List<PendingDelivery>();
        foreach ((string key, FailingMailbox mailbox) in _mailboxes.ToArray())
        {
            for (int left = mailbox.Waiting.Count; left > 0; left--)
                if (mailbox.Waiting.Dequeue() is var delivery && isChosen(delivery))
                    removed.Add(delivery);
                else
                    mailbox.Waiting.Enqueue(delivery);
            if (mailbox.Waiting.Count == 0)
                Remove(key);
        }
        removed.ForEach(waiting.Remove);
        return removed;
    }

    // True when nothing waits for the mailbox any more.
    private bool TryEmpty(
        string key, FailingMailbox mailbox, long now, Func<PendingDelivery, AttemptResult?> attempt,
        Func<PendingDelivery, AttemptResult, PendingDelivery> waits)
    {
        for (int i = 0; i < AttemptsInARow && mailbox.Waiting.TryPeek(out PendingDelivery delivery); i++)
        {
            if (attempt(delivery) is { } why)
            {
                mailbox.Delay = Math.Min(mailbox.Delay * 2, LongestDelay);
                mailbox.NextAttempt = now + mailbox.Delay;
                waiting.MailboxFailed(key, why, TimeSpan.FromMilliseconds(mailbox.Delay));
                GoOnWaiting(key, mailbox, one => waits(one, why));
                return false;
            }
            waiting.Remove(mailbox.Waiting.Dequeue());
        }
        mailbox.Delay = FirstDelay;
        return mailbox.Waiting.Count == 0;
    }

    private void GoOnWaiting(string key, FailingMailbox mailbox, Func<PendingDelivery, PendingDelivery> waits)
    {
        PendingDelivery tried = waits(mailbox.Waiting.Dequeue());
        int behind = mailbox.Waiting.Count;
        Enqueue(key, mailbox, tried with { Failures = tried.Failures + 1 });
        for (; behind > 0; behind--)
            mailbox.Waiting.Enqueue(waits(mailbox.Waiting.Dequeue()));
    }

    private void Enqueue(string key, FailingMailbox mailbox, in PendingDelivery delivery)
    {
        mailbox.Waiting.Enqueue(delivery);
        waiting.Add(key, delivery);
    }

    private void Remove(string key)
    {
        _mailboxes.Remove(key);
        waiting.MailboxRecovered(key);
    }
}
