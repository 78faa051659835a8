using MailModule.Mail;
using MailModule.Spool;

namespace MailModule.Delivery.Queue;

/// <summary>One message in the queue, with what is known of each remote recipient. Guarded by the queue's lock.</summary>
internal sealed class QueueItem(ISpoolEntry entry, QueueRecipient[] recipients, DateTimeOffset taken)
{
    public ISpoolEntry Entry => entry;
    public string Id => entry.Id;
    /// <summary>When its life began; for an envelope that does not say, when the queue took it.</summary>
    public DateTimeOffset Received { get; } = entry.Envelope.Received == default ? taken : entry.Envelope.Received;

    /// <summary>The remote recipients that were open when the queue took the message.</summary>
    public IReadOnlyList<QueueRecipient> Recipients => recipients;

    /// <summary>What is still to be tried, in groups of one next hop.</summary>
    public List<QueuedTransaction> Transactions { get; } = new(1);

    /// <summary>Its sender has been told that it is late.</summary>
    public bool IsDelayDsnSent { get; set; }

    public bool IsHeld { get; set; }

    /// <summary>Taken out by the host; what a connection still brings does not count.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>It waits for its turn to report, or its report is being written.</summary>
    public bool IsDsnPending { get; set; }

    /// <summary>An attempt is under way or its turn has come: what fails now is reported together with what may fail in a moment.</summary>
    public bool IsBusy => Transactions.Exists(queued => queued.State is QueueState.Active or QueueState.Ready);

    public bool HasFailed => Array.Exists(recipients, recipient => recipient.State == QueueState.Failed);
    public bool IsDone => Array.TrueForAll(recipients, recipient => recipient.State == QueueState.Done);

    public Recipient RecipientOf(QueueRecipient recipient) => entry.Envelope.Recipients[recipient.Index];
}

/// <summary>One remote recipient of a message.</summary>
/// <param name="index">In the envelope.</param>
internal sealed class QueueRecipient(int index)
{
    public int Index => index;

    /// <summary>Failed and Done are its own; what is open has its job's state.</summary>
    public QueueState State => Transaction?.State ?? (IsDone ? QueueState.Done : QueueState.Failed);

    /// <summary>The job it is part of; null when it is final.</summary>
    public QueuedTransaction? Transaction { get; set; }

    public bool IsDone { get; set; }
    public int Attempts { get; set; }

    /// <summary>Delivered to a host that does not report success itself, to a recipient for whom the sender wants that.</summary>
    public bool OwesDsn { get; set; } = true;

    /// <summary>Null before the first attempt.</summary>
    public AttemptResult? Last { get; set; }
}
