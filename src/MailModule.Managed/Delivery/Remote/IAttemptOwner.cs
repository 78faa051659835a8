using MailModule.Smtp.Client;

namespace MailModule.Delivery.Remote;

/// <summary>What an owner says to a connection that an attempt wants to make.</summary>
internal enum ConnectVerdict
{
    Granted,
    /// <summary>Not to this address now; another of the same route will do.</summary>
    OtherAddress,
    /// <summary>To none now: the attempt ends, and its owner begins another.</summary>
    Later,
}

/// <summary>
/// Gives an attempt its transactions, and hears what becomes of them. Called on the session's thread: must not block.
/// Calls of one attempt never overlap.
/// </summary>
internal interface IAttemptOwner
{
    /// <summary>Name servers are asked for the way, and have not answered at once.</summary>
    void LookingUp(IDeliveryAttempt attempt)
    {
    }

    /// <summary>Whether the attempt may connect to an address now. Called for each, in the order to try them.</summary>
    /// <param name="known">With <see cref="ConnectVerdict.OtherAddress"/>: how the address has failed a moment ago;
    /// null if it would be worth an attempt.</param>
    ConnectVerdict MayConnect(IDeliveryAttempt attempt, TargetAddress target, out AttemptResult? known)
    {
        known = null;
        return ConnectVerdict.Granted;
    }

    /// <summary>A connection to a host is being made.</summary>
    void Connecting(IDeliveryAttempt attempt)
    {
    }

    /// <summary>The connection is made; the dialogue begins.</summary>
    void Connected(IDeliveryAttempt attempt)
    {
    }

    /// <summary>The host in use is ready for mail.</summary>
    void Ready(IDeliveryAttempt attempt)
    {
    }

    /// <summary>The host in use has failed before it was ready.</summary>
    void NotReady(IDeliveryAttempt attempt, AttemptResult failure)
    {
    }

    /// <summary>A host is ready for the next message; null: nothing is left, say QUIT, unless it idles.</summary>
    SmtpClientTransaction? NextTransaction(IDeliveryAttempt attempt);

    /// <summary>
    /// Nothing is left, and the connection stays open until <see cref="DeliveryAttempt.Wake"/>.
    /// </summary>
    bool Idles(IDeliveryAttempt attempt) => false;

    /// <summary>Part of the content is on its way.</summary>
    void Sending(IDeliveryAttempt attempt, SmtpClientTransaction transaction);

    /// <summary>
    /// The end of the content is about to leave, after which the host may have the message whatever follows. False: it
    /// was given up, and is not ended.
    /// </summary>
    /// <param name="open">The transaction's recipients who may get it, by index.</param>
    bool MayEnd(IDeliveryAttempt attempt, SmtpClientTransaction transaction, IEnumerable<int> open) => true;

    /// <summary>
    /// Every recipient of the transaction has its result; one that is left over
    /// (<see cref="AttemptResult.IsLeftOver"/>) is to be handed out again. Not called for a transaction that was handed
    /// out but never begun: see <see cref="Returned"/>.
    /// </summary>
    void Completed(IDeliveryAttempt attempt, SmtpClientTransaction transaction);

    /// <summary>
    /// The connection ended before anything of this transaction counted (closed or 421 between two messages): the
    /// transaction is to be tried again at once, which costs no attempt.
    /// </summary>
    void Returned(IDeliveryAttempt attempt, SmtpClientTransaction transaction);

    /// <summary>The last call. What the owner still has was not tried.</summary>
    /// <param name="end">What it means for all of that; <see cref="Primitives.Fault.None"/> when the work was done and
    /// QUIT said.</param>
    void Ended(IDeliveryAttempt attempt, AttemptResult end);
}
