using MailModule.Smtp.Client;

namespace MailModule.Delivery.Remote;

/// <summary>
/// Gives an attempt its transactions, and hears what becomes of them. Called on the session's thread: must not block.
/// Calls of one attempt never overlap.
/// </summary>
internal interface IAttemptOwner
{
    /// <summary>A connection to a host is being made.</summary>
    void Connecting(IDeliveryAttempt attempt)
    {
    }

    /// <summary>The connection is made; the dialogue begins.</summary>
    void Connected(IDeliveryAttempt attempt)
    {
    }

    /// <summary>A host is ready for the next message; null: nothing is left, say QUIT.</summary>
    SmtpClientTransaction? NextTransaction(IDeliveryAttempt attempt);

    /// <summary>Part of the content is on its way.</summary>
    void Sending(IDeliveryAttempt attempt, SmtpClientTransaction transaction);

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
