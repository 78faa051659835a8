using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>Who gives a client session its work and hears of it. Called on the session's thread: must not block.</summary>
public interface ISmtpClientOwner
{
    /// <summary>The session is ready for the next transaction; null: QUIT.</summary>
    SmtpTransaction? NextTransaction(SmtpClientSession session);

    /// <summary>Part of the text is on its way (see <see cref="SmtpTransaction.Sent"/>); first with 0, before the first octet.</summary>
    void Sending(SmtpTransaction transaction);

    /// <summary>Every recipient has its final state.</summary>
    void Completed(SmtpTransaction transaction);

    /// <summary>The connection has ended, the last call. <see cref="Fault.None"/> after QUIT; else what ended it, with the server's words if it said any.</summary>
    void Ended(SmtpClientSession session, Fault fault, Reply? reply);
}
