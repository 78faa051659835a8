namespace MailModule.Smtp.Client;

/// <summary>
/// Gives a <see cref="TransactionRunner"/> its transactions and is told what becomes of them. Called on the thread that
/// runs the dialogue, in the middle of a turn.
/// </summary>
internal interface ITransactionOwner
{
    /// <summary>The server is ready for the next transaction; null: there is none, and the runner is done.</summary>
    /// <param name="offered">What the server takes.</param>
    SmtpClientTransaction? NextTransaction(ServerExtensions offered);

    /// <summary>
    /// The server takes commands ahead, and the final dot of a transaction is about to leave: the next may begin in the
    /// same write, which saves a round trip (RFC 2920 §3.1). It stays with this connection until the dot is answered.
    /// Null: <see cref="NextTransaction"/> is called after the answer.
    /// </summary>
    SmtpClientTransaction? EarlyTransaction();

    /// <summary>
    /// Part of the content is on its way (see <see cref="SmtpClientTransaction.Sent"/>); first with 0, before the first
    /// octet.
    /// </summary>
    void Sending(SmtpClientTransaction transaction);

    /// <summary>
    /// The end of the content is about to leave, after which the server may have the message whatever follows. False:
    /// it was given up, and is not ended.
    /// </summary>
    bool MayEnd(SmtpClientTransaction transaction) => true;

    /// <summary>Every recipient has its final state.</summary>
    void Completed(SmtpClientTransaction transaction);

    /// <summary>
    /// In place of <see cref="Completed"/>: the connection ends, and nothing of this transaction counted; its
    /// recipients are as they were. The server closed or said 421 between two transactions, or before it answered
    /// anything of one that is not the connection's first. It may be tried again at once on a new connection; there it
    /// is the first, and if the same happens again, it is <see cref="Completed"/>.
    /// </summary>
    void Returned(SmtpClientTransaction transaction);
}
