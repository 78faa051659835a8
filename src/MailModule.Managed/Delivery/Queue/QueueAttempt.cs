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

    /// <summary>What the attempt counts as.</summary>
    public required RunKind Kind { get; set; }

    /// <summary>It counts as a look-up: it has not been let connect yet.</summary>
    public bool IsLookingUp { get; set; }

    /// <summary>It counts as a connection: it does not wait for name servers.</summary>
    public bool IsConnection { get; set; }

    /// <summary>When the look-up began, or the connection to the newest peer.</summary>
    public DateTimeOffset Began { get; set; }

    /// <summary>What began then has been given up, for others wait.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>The newest connection; null before the first.</summary>
    public PeerConnection? Connection { get; private set; }

    /// <summary>The look-up, or a host that is not ready for mail, is being waited for.</summary>
    public bool IsWaiting => !IsGivenUp && (IsLookingUp || Connection is { IsOpening: true });

    /// <summary>The first peer that the attempt would have connected to, had that not had connections enough.</summary>
    public Peer? BusyPeer { get; set; }

    /// <summary>There was no room for one more connection of this kind.</summary>
    public bool MustWait { get; set; }

    /// <summary>A host was ready for mail.</summary>
    public bool IsReady { get; set; }

    /// <summary>No host was ready, but perhaps one that may not be connected to now would have been.</summary>
    public bool IsPutOff => !IsReady && (MustWait || BusyPeer is not null);

    /// <summary>A host has answered to a message, whatever it said.</summary>
    public bool HasAnswered { get; set; }

    /// <summary>Messages that another host has taken on this connection.</summary>
    public int Delivered { get; set; }

    public void Begin() => transfer.Begin(this);

    public void Connect(PeerConnection connection, DateTimeOffset now)
    {
        connection.Open(now);
        Connection = connection;
        BeginWait(now);
    }

    /// <summary>A look-up or a host has its time from now on.</summary>
    public void BeginWait(DateTimeOffset now)
    {
        Began = now;
        IsGivenUp = false;
    }

    public void LookingUp(IDeliveryAttempt attempt) => dispatcher.LookingUp(this);

    public ConnectVerdict MayConnect(IDeliveryAttempt attempt, TargetAddress target, out AttemptResult? known)
        => dispatcher.MayConnect(this, target, out known);

    public void Connecting(IDeliveryAttempt attempt) => dispatcher.Connecting(this);

    public void Ready(IDeliveryAttempt attempt) => dispatcher.Ready(this);

    public void NotReady(IDeliveryAttempt attempt, AttemptResult failure) => dispatcher.NotReady(this, failure);

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
