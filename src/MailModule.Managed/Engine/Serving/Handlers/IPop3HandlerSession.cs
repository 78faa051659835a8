using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>A POP3 session as the handlers of one table see it.</summary>
public interface IPop3HandlerSession : IHandledSession
{
    /// <summary>
    /// In Open: one more message of the mailbox. <see cref="Fault.Limit"/>: no memory for more is given to one session.
    /// </summary>
    /// <param name="octets">With CRLF line ends, as LIST tells it.</param>
    /// <param name="id">1 to 70 characters from 0x21 to 0x7E that no other message of the mailbox has.</param>
    /// <param name="data">Kept with it for the host.</param>
    Fault AddMessage(long octets, string id, nint data);

    /// <summary>
    /// In Retrieve and Read: octets of the message, cut anywhere, with any line ends. <see cref="Fault.Limit"/>: more
    /// than there is room for in this call of Read; none is taken.
    /// </summary>
    Fault Write(ReadOnlySpan<byte> octets);
}
