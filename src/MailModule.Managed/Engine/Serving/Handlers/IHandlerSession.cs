using MailModule.Authentication.Checks;
using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// A session of the SMTP server as the handlers of one table see it. When its members may be used stands at
/// <see cref="IHandledSession"/>.
/// </summary>
public interface IHandlerSession : IHandledSession
{
    /// <summary>What the library's checks have found out about the client so far.</summary>
    IReadOnlyList<SessionCheck> Checks { get; }

    /// <summary>
    /// Whether a stranger's message is from whom it says: SPF from Mail on, all of it in Message; empty where nothing
    /// is checked.
    /// </summary>
    IReadOnlyList<MethodResult> Authentication { get; }

    /// <summary>
    /// In Message of an LMTP session: the reply for one recipient. <see cref="Fault.State"/> elsewhere.
    /// </summary>
    Fault SetRecipientReply(int index, int code, string? status, string? text);

    /// <summary>The sender, empty for the null sender; null outside a transaction.</summary>
    string? Sender { get; }

    /// <summary>Until the content begins.</summary>
    Fault SetSender(string address);

    /// <summary>Recipients of the transaction.</summary>
    int RecipientCount { get; }

    /// <summary>Null: there is none of this index.</summary>
    RcptRequest? RecipientAt(int index);

    /// <summary>
    /// Until the content begins; without a check. <see cref="Fault.NotFound"/>: local, and nobody's.
    /// </summary>
    Fault AddRecipient(string address);

    /// <summary>Until the content begins; those behind it move up.</summary>
    Fault RemoveRecipient(int index);

    /// <summary>In Lookup: the address that the one asked for stands for.</summary>
    Fault SetExpansion(string address);

    /// <summary>
    /// In Mail, Rcpt, Data, Chunk and Message: a header field in front of the message that is stored, behind Received.
    /// <see cref="Fault.Limit"/>: there are 8 KiB; <see cref="Fault.State"/>: nothing is stored, the host has taken it.
    /// </summary>
    Fault AddHeader(string name, string value);

    /// <summary>In Message: octets of the message as the client sent it; none at its end.</summary>
    Fault ReadMessage(long offset, Span<byte> buffer, out int count);

    /// <summary>
    /// In Message: a file of mode 0600 with the message as the client sent it, gone when the answer is there.
    /// </summary>
    Fault GetPath(out string? path);
}
