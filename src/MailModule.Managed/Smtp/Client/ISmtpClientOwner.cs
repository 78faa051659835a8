using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>
/// Gives a client session its transactions and is told what becomes of them. Called on the session's thread: must not
/// block.
/// </summary>
internal interface ISmtpClientOwner
{
    /// <summary>The session is ready for the next transaction; null: QUIT.</summary>
    SmtpClientTransaction? NextTransaction(SmtpClientSession session);

    /// <summary>
    /// The server takes commands ahead, and the final dot of a transaction is about to leave: the next may begin in the
    /// same write, which saves a round trip (RFC 2920 §3.1). It stays with this connection until the dot is answered.
    /// Null: <see cref="NextTransaction"/> is called after the answer.
    /// </summary>
    SmtpClientTransaction? EarlyTransaction(SmtpClientSession session);

    /// <summary>
    /// Part of the content is on its way (see <see cref="SmtpClientTransaction.Sent"/>); first with 0, before the first
    /// octet.
    /// </summary>
    void Sending(SmtpClientTransaction transaction);

    /// <summary>Every recipient has its final state.</summary>
    void Completed(SmtpClientTransaction transaction);

    /// <summary>
    /// In place of <see cref="Completed"/>: the connection ends, and nothing of this transaction counted; its
    /// recipients are as they were. The server closed or said 421 between two transactions, or before it answered
    /// anything of one that is not the connection's first. It may be tried again at once on a new connection; there it
    /// is the first, and if the same happens again, it is <see cref="Completed"/>.
    /// </summary>
    void Returned(SmtpClientTransaction transaction);

    /// <summary>
    /// The login needs the response to a challenge of the server, which may take long (a slow hash): the owner has
    /// <see cref="SmtpClientSession.ComputeResponse"/> called where it holds up nobody, then resumes the peer, once,
    /// whatever came of it.
    /// </summary>
    void Challenged(SmtpClientSession session);

    /// <summary>The connection has ended, the last call. <see cref="Fault.None"/> after QUIT; else what ended it, with
    /// the server's words if it said any. Where it was, and what there is to say about it:
    /// <see cref="SmtpClientSession.Stage"/>, <see cref="SmtpClientSession.FaultText"/>.</summary>
    void Ended(SmtpClientSession session, Fault fault, Reply? reply);
}
