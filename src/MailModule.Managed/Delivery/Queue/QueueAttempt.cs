using MailModule.Delivery.Remote;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The queue's side of one delivery attempt: one connection's worth of work for one destination. It passes on to the
/// dispatcher what it hears; its properties are guarded by the table's lock.
/// </summary>
internal sealed class QueueAttempt(
    Dispatcher dispatcher, Destination destination, Transfer<QueuedTransaction> transfer) : IAttemptOwner
{
    public Destination Destination => destination;
    public Transfer<QueuedTransaction> Transfer => transfer;

    /// <summary>A host was ready for mail.</summary>
    public bool IsReady { get; set; }

    /// <summary>Messages that another host has taken on this connection.</summary>
    public int Delivered { get; set; }

    public void Begin() => transfer.Begin(this);

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
