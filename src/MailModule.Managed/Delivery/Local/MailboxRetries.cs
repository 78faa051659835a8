using MailModule.Primitives;

namespace MailModule.Delivery.Local;

/// <summary>
/// Deliveries that failed, by mailbox. A mailbox is tried again later and later, with its oldest message first; the
/// others wait behind that one. One thread; times are the caller's, in milliseconds.
/// </summary>
internal sealed class MailboxRetries
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
        failing.Waiting.Enqueue(delivery with { MayBeDuplicate = true });
        return true;
    }

    /// <summary>Adds a delivery that failed.</summary>
    /// <returns>True if it is the first that waits for its mailbox.</returns>
    public bool Add(string mailbox, in PendingDelivery delivery, long now)
    {
        bool isFirst = !_mailboxes.TryGetValue(mailbox, out FailingMailbox? failing);
        if (isFirst)
        {
            long delay = Math.Min(FirstDelay << Math.Min(delivery.Failures, 20), LongestDelay);
            _mailboxes[mailbox] = failing = new FailingMailbox { Delay = delay, NextAttempt = now + delay };
        }
        failing!.Waiting.Enqueue(delivery with { MayBeDuplicate = true, Failures = delivery.Failures + 1 });
        return isFirst;
    }

    /// <summary>Tries the mailboxes whose time has come.</summary>
    /// <param name="attempt">A fault: the delivery failed again and goes on waiting.</param>
    /// <param name="waits">
    /// Asked for each that goes on waiting, with the fault of its mailbox: what it is from then on.
    /// </param>
    public void RunDue(
        long now, Func<PendingDelivery, Fault> attempt, Func<PendingDelivery, Fault, PendingDelivery> waits)
    {
        foreach ((string key, FailingMailbox mailbox) in _mailboxes.ToArray())
            if (mailbox.NextAttempt <= now && TryEmpty(mailbox, now, attempt, waits))
                _mailboxes.Remove(key);
    }

    // True when nothing waits for the mailbox any more.
    private static bool TryEmpty(
        FailingMailbox mailbox, long now, Func<PendingDelivery, Fault> attempt,
        Func<PendingDelivery, Fault, PendingDelivery> waits)
    {
        for (int i = 0; i < AttemptsInARow && mailbox.Waiting.TryPeek(out PendingDelivery delivery); i++)
        {
            if (attempt(delivery) is not Fault.None and var fault)
            {
                mailbox.Delay = Math.Min(mailbox.Delay * 2, LongestDelay);
                mailbox.NextAttempt = now + mailbox.Delay;
                for (int left = mailbox.Waiting.Count; left > 0; left--)
                    mailbox.Waiting.Enqueue(waits(mailbox.Waiting.Dequeue(), fault));
                return false;
            }
            mailbox.Waiting.Dequeue();
        }
        mailbox.Delay = FirstDelay;
        return mailbox.Waiting.Count == 0;
    }
}
