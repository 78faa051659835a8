using MailModule.Smtp.Client;

namespace MailModule.Delivery.Remote;

/// <summary>
/// Gives an attempt its transactions, and hears what becomes of them. Called on the session's thread: must not block.
/// Calls of one attempt never overlap.
/// </summary>
internal interface IAttemptOwner
{
    /// <summary>A connection to <see cref="IDeliveryAttempt.Host"/> is being made.</summary>
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
    /// Every recipient of the transaction has its result. Not called for a transaction that was handed out but never
    /// begun: see <see cref="Returned"/>.
    /// </summary>
    void Completed(IDeliveryAttempt attempt, SmtpClientTransaction transaction);

    /// <summary>
    /// The connection ended before anything of this transaction counted (closed or 421 between two messages): the
    /// transaction is to be tried again at once, which costs no attempt.
    /// </summary>
    void Returned(IDeliveryAttempt attempt, SmtpClientTransaction transaction);

    /// <summary>The last call. What the owner still has was not tried.</summary>
    void Ended(IDeliveryAttempt attempt, AttemptEnd end);
}
