using MailModule.Delivery.Remote;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>One connection's worth of work for one destination. Passes on what it hears; its fields are guarded by the queue's lock.</summary>
internal sealed class QueueAttempt(MailQueue queue, Destination destination) : IAttemptOwner
{
    private IDeliveryAttempt? _remote;
    private bool _isCancelled;

    public Destination Destination => destination;

    /// <summary>Handed out, without a result yet: two at most, for the next may be asked for before the last is judged.</summary>
    public List<QueuedTransaction> Transactions { get; } = new(2);

    /// <summary>A host was ready for mail.</summary>
    public bool IsReady { get; set; }

    /// <summary>Messages it has brought over.</summary>
    public int Delivered { get; set; }

    public void Begin(IRemoteDelivery remoteDelivery)
    {
        IDeliveryAttempt remote = remoteDelivery.Begin(destination.NextHop, this);
        Volatile.Write(ref _remote, remote);
        if (Volatile.Read(ref _isCancelled))
            remote.Cancel();
    }

    public void Cancel()
    {
        Volatile.Write(ref _isCancelled, true);
        Volatile.Read(ref _remote)?.Cancel();
    }

    public QueuedTransaction Remove(SmtpTransaction transaction)
    {
        QueuedTransaction queued = Transactions.Find(one => one.Transaction == transaction)!;
        Transactions.Remove(queued);
        queued.Transaction = null;
        return queued;
    }

    public SmtpTransaction? NextTransaction(IDeliveryAttempt attempt) => queue.NextTransaction(this);

    public void Sending(IDeliveryAttempt attempt, SmtpTransaction transaction)
    {
    }

    public void Completed(IDeliveryAttempt attempt, SmtpTransaction transaction) => queue.Completed(this, attempt, transaction);

    public void Returned(IDeliveryAttempt attempt, SmtpTransaction transaction) => queue.Returned(this, transaction);

    public void Ended(IDeliveryAttempt attempt, AttemptEnd end) => queue.Ended(this, attempt, end);
}
