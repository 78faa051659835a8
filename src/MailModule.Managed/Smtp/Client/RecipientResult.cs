using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>How far a recipient has come.</summary>
internal enum RecipientState
{
    /// <summary>Nothing final yet.</summary>
    Waiting,
    /// <summary>RCPT was accepted; the reply to the final dot decides.</summary>
    Accepted,
    /// <summary>The server has taken the message for this recipient.</summary>
    Delivered,
    /// <summary>
    /// Refused or failed, see <see cref="RecipientResult.Fault"/> and <see cref="RecipientResult.Reply"/>.
    /// </summary>
    Failed,
}

/// <summary>What became of one recipient of one transaction.</summary>
internal sealed class RecipientResult(MailAddress address)
{
    public MailAddress Address { get; } = address;

    /// <summary>Which DSNs the sender wants; passed on to servers that offer DSN (RFC 3461 §4.1).</summary>
    public Notify Notify { get; init; }

    /// <summary>ORCPT, decoded, <c>type;address</c> (RFC 3461 §4.2); null: none. Passed on likewise.</summary>
    public string? OriginalRecipient { get; init; }

    public RecipientState State { get; private set; }

    /// <summary>The server's reply that decided; null if there was none.</summary>
    public Reply? Reply { get; private set; }

    /// <summary><see cref="Fault.None"/> when delivered.</summary>
    public Fault Fault { get; private set; }

    /// <summary>
    /// Where it was decided: what <see cref="Reply"/> answered. For the DSN of a failure, and to tell a refused
    /// recipient from a refused message.
    /// </summary>
    public SmtpStage Stage { get; private set; }

    /// <summary>
    /// The connection was lost after the final dot and before the reply: the server may have taken the message (RFC
    /// 5321 §4.2.5).
    /// </summary>
    public bool IsUnknown { get; private set; }

    public bool IsFinal => State is RecipientState.Delivered or RecipientState.Failed;

    internal void Accept() => State = RecipientState.Accepted;

    internal void Deliver(Reply reply)
    {
        State = RecipientState.Delivered;
        Stage = SmtpStage.EndOfData;
        Reply = reply;
        Fault = Fault.None;
    }

    internal void Fail(Fault fault, SmtpStage stage, Reply? reply = null, bool unknown = false)
    {
        State = RecipientState.Failed;
        Stage = stage;
        Fault = fault;
        Reply = reply;
        IsUnknown = unknown;
    }
}
