using MailModule.Mail;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Queue;

/// <summary>
/// One message in the queue, with what is known of each remote recipient. Guarded by the queue's lock.
/// </summary>
internal sealed class QueueItem(ISpoolEntry entry, QueueRecipient[] recipients, DateTimeOffset taken)
{
    public ISpoolEntry Entry => entry;
    public string Id => entry.Id;

    /// <summary>When the message's lifetime began; for an envelope that does not say, when the queue took it.</summary>
    public DateTimeOffset Received { get; } = entry.Envelope.Received == default ? taken : entry.Envelope.Received;

    /// <summary>The remote recipients that were open when the queue took the message.</summary>
    public IReadOnlyList<QueueRecipient> Recipients => recipients;

    /// <summary>What is still to be tried, in one or more transactions for each next hop.</summary>
    public List<QueuedTransaction> Transactions { get; } = new(1);

    /// <summary>The sender has had a DSN of the delay.</summary>
    public bool IsDelayDsnSent { get; set; }

    public bool IsHeld { get; set; }

    /// <summary>An operator took the message out; what a connection still brings does not count.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>A DSN about this message waits for its turn, or is being written.</summary>
    public bool IsDsnPending { get; set; }

    /// <summary>
    /// An attempt is under way or about to begin: what failed so far goes into one DSN with what may fail in a moment.
    /// </summary>
    public bool IsBusy => Transactions.Exists(queued => queued.State is QueueState.Active or QueueState.Ready);

    public bool HasFailed => Array.Exists(recipients, recipient => recipient.State == QueueState.Failed);
    public bool IsDone => Array.TrueForAll(recipients, recipient => recipient.State == QueueState.Done);

    public Recipient RecipientOf(QueueRecipient recipient) => entry.Envelope.Recipients[recipient.Index];
}

/// <summary>One remote recipient of a message.</summary>
/// <param name="index">In the envelope.</param>
internal sealed class QueueRecipient(int index)
{
    private long _lastTicks;

    public int Index => index;

    /// <summary>Failed and Done are the recipient's own; one that is still open has its transaction's state.</summary>
    public QueueState State => Transaction?.State ?? (IsDone ? QueueState.Done : QueueState.Failed);

    /// <summary>The transaction it is part of; null when it is final.</summary>
    public QueuedTransaction? Transaction { get; set; }

    public bool IsDone { get; set; }
    public int Attempts { get; set; }

    /// <summary>
    /// A DSN has to be written before this recipient is done: it failed, or it was delivered to a host that sends no
    /// DSN of success where the sender wants one.
    /// </summary>
    public bool OwesDsn { get; set; } = true;

    /// <summary>What the last attempt brought; null before the first.</summary>
    public AttemptResult? Last { get; set; }

    /// <summary>When <see cref="Last"/> was, if there is one.</summary>
    public DateTimeOffset LastAt => new(_lastTicks, TimeSpan.Zero);

    public void Keep(AttemptResult result, DateTimeOffset at)
    {
        Last = result;
        _lastTicks = at.UtcTicks;
    }
}
