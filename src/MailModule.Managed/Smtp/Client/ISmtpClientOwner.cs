using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>
/// Gives a client session its transactions and is told what becomes of them. Called on the session's thread: must not
/// block. Where it has no transaction more, the session says QUIT, unless it <see cref="Idles"/>.
/// </summary>
internal interface ISmtpClientOwner : ITransactionOwner
{
    /// <summary>
    /// The login needs the response to a challenge of the server, which may take long (a slow hash): the owner has
    /// <see cref="SmtpClientSession.ComputeResponse"/> called where it holds up nobody, then resumes the peer, once,
    /// whatever came of it.
    /// </summary>
    void Challenged(SmtpClientSession session);

    /// <summary>
    /// There is no transaction now, and there may be one later: the connection stays open, and the session asks for
    /// one, and then this, whenever it is advanced.
    /// </summary>
    bool Idles() => false;

    /// <summary>The connection has ended, the last call. <see cref="Fault.None"/> after QUIT; else what ended it, with
    /// the server's words if it said any. Where it was, and what there is to say about it:
    /// <see cref="SmtpClientSession.Stage"/>, <see cref="SmtpClientSession.FaultText"/>.</summary>
    void Ended(SmtpClientSession session, Fault fault, Reply? reply);
}
