using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// Recipients of one message that go to one next hop: one transaction. The unit of scheduling; what one attempt leaves open is tried again together. Guarded by the queue's lock.
/// </summary>
internal sealed class QueuedTransaction(QueueItem item, string nextHop)
{
    /// <summary>Recipients of one transaction: what every server takes (RFC 5321 §4.5.3.1.8).</summary>
    public const int RecipientLimit = 100;

    public QueueItem Item => item;
    public string NextHop => nextHop;
    public List<QueueRecipient> Recipients { get; } = new(1);
    public QueueState State { get; set; } = QueueState.Ready;

    /// <summary>Attempts that failed.</summary>
    public int Attempts { get; set; }

    /// <summary>Times in a row that it was handed out and came back untried.</summary>
    public int Returns { get; set; }

    /// <summary>When it is tried next, while it is deferred.</summary>
    public DateTimeOffset Due { get; set; }

    /// <summary>Held while it is redirected: nothing else moves it.</summary>
    public bool IsSetAside { get; set; }

    /// <summary>What is being sent, while it is active.</summary>
    public SmtpTransaction? Transaction { get; set; }

    public void Add(QueueRecipient recipient)
    {
        recipient.Transaction = this;
        Recipients.Add(recipient);
    }

    /// <summary>The recipient is final.</summary>
    public void Drop(QueueRecipient recipient)
    {
        recipient.Transaction = null;
        Recipients.Remove(recipient);
    }
}
