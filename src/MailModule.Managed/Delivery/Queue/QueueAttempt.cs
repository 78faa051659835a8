using MailModule.Delivery.Remote;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The queue's side of one delivery attempt: one connection's worth of work for one destination. It passes on to the
/// dispatcher what it hears; its properties are guarded by the table's lock.
/// </summary>
internal sealed class QueueAttempt(Dispatcher dispatcher, Destination destination) : IAttemptOwner
{
    private IDeliveryAttempt? _remote;
    private bool _isCancelled;

    public Destination Destination => destination;

    /// <summary>
    /// Transactions handed out and without a result yet: two at most, for the session may ask for the next before the
    /// last is answered.
    /// </summary>
    public List<QueuedTransaction> Transactions { get; } = new(2);

    /// <summary>A host was ready for mail.</summary>
    public bool IsReady { get; set; }

    /// <summary>Messages that another host has taken on this connection.</summary>
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

    public QueuedTransaction Remove(SmtpClientTransaction transaction)
    {
        QueuedTransaction queued = Transactions.Find(one => one.Transaction == transaction)!;
        Transactions.Remove(queued);
        queued.Transaction = null;
        return queued;
    }

    public SmtpClientTransaction? NextTransaction(IDeliveryAttempt attempt) => dispatcher.NextTransaction(this);

    public void Sending(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
    {
    }

    public void Completed(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
        => dispatcher.Completed(this, transaction);

    public void Returned(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
        => dispatcher.Returned(this, transaction);

    public void Ended(IDeliveryAttempt attempt, AttemptResult end) => dispatcher.Ended(this, end);
}
