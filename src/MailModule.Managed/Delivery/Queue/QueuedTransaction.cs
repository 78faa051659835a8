using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// Recipients of one message that go to one next hop in one SMTP transaction: the unit of scheduling. The recipients
/// that one attempt leaves open are tried again together. Guarded by the table's lock.
/// </summary>
internal sealed class QueuedTransaction(QueueItem item, string nextHop)
{
    public QueueItem Item => item;
    public string NextHop => nextHop;
    public List<QueueRecipient> Recipients { get; } = new(1);
    public QueueState State { get; private set; } = QueueState.Ready;

    /// <summary>It is on no connection, and one more recipient may join it.</summary>
    public bool HasRoom => State == QueueState.Ready && Recipients.Count < SmtpClientTransaction.RecipientLimit;

    /// <summary>Attempts that failed.</summary>
    public int Attempts { get; set; }

    /// <summary>Times in a row that the transaction was handed out and came back untried.</summary>
    public int Returns { get; set; }

    /// <summary>The time of the next attempt, while the transaction is deferred.</summary>
    public DateTimeOffset Due { get; set; }

    /// <summary>Held while its recipients are redirected: nothing else moves it.</summary>
    public bool IsSetAside { get; set; }

    public void Become(QueueState state, StateCounts counts)
    {
        counts.Leave(State, Recipients.Count);
        counts.Enter(state, Recipients.Count);
        State = state;
    }

    /// <summary>Takes in a recipient that is new, or was dropped by another transaction.</summary>
    public void Add(QueueRecipient recipient, StateCounts counts)
    {
        Recipients.Add(recipient);
        recipient.Join(this, counts);
    }

    /// <summary>Takes out a recipient that is final, or that another transaction takes over.</summary>
    public void Drop(QueueRecipient recipient, StateCounts counts)
    {
        Recipients.Remove(recipient);
        recipient.Leave(counts);
    }
}
