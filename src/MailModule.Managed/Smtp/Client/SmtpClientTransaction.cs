using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>
/// One message on its way over a connection: envelope, content, and a result for each recipient. Apart from the
/// session, which may carry several.
/// </summary>
internal sealed class SmtpClientTransaction
{
    private readonly RecipientResult[] _recipients;

    public SmtpClientTransaction(
        MailAddress reversePath, IEnumerable<RecipientResult> recipients, IMessageSource source)
    {
        ReversePath = reversePath;
        Source = source;
        _recipients = [.. recipients];
    }

    public MailAddress ReversePath { get; }
    public IMessageSource Source { get; }
    public IReadOnlyList<RecipientResult> Recipients => _recipients;

    /// <summary>
    /// How much of the message a DSN brings back; passed on to servers that offer DSN (RFC 3461 §4.3).
    /// </summary>
    public ReturnContent Return { get; init; }

    /// <summary>ENVID, decoded (RFC 3461 §4.4); null: none. Passed on likewise.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>
    /// The server offers DSN, so that the sender's DSN requests went along and DSNs of success are its duty; else they
    /// are ours (RFC 3461 §5.2.2).
    /// </summary>
    public bool IsDsnOffered { get; internal set; }

    /// <summary>Octets of the message sent so far.</summary>
    public long Sent { get; internal set; }

    /// <summary>The final dot is out, its reply is not in.</summary>
    public bool AwaitsFinalReply { get; internal set; }

    public bool HasAccepted => Array.Exists(_recipients, recipient => recipient.State == RecipientState.Accepted);

    internal bool HasWaiting => Array.Exists(_recipients, recipient => recipient.State == RecipientState.Waiting);

    /// <summary>
    /// The message came with SMTPUTF8, so that its header may have UTF-8; passed on to servers that offer it (RFC 6531
    /// §3.4).
    /// </summary>
    public bool IsUtf8 { get; init; }

    /// <summary>RFC 6531 §3.4: an address outside ASCII is in the envelope, or the header may have UTF-8.</summary>
    internal bool NeedsUtf8
        => IsUtf8 || ReversePath.NeedsUtf8 || Array.Exists(_recipients, recipient => recipient.Address.NeedsUtf8);

    /// <summary>Gives every recipient that has no final state this one.</summary>
    /// <param name="stage">Where it happened; the first, if nothing was connected to.</param>
    public void FailRest(Fault fault, SmtpStage stage, Reply? reply = null)
    {
        foreach (RecipientResult recipient in _recipients)
            if (!recipient.IsFinal)
                recipient.Fail(fault, stage, reply,
                    unknown: AwaitsFinalReply && reply is null && recipient.State == RecipientState.Accepted);
    }

    /// <inheritdoc cref="FailRest(Fault, SmtpStage, Reply?)"/>
    public void FailRest(Fault fault, Reply? reply = null) => FailRest(fault, SmtpStage.Greeting, reply);

    /// <summary>
    /// The server's reply to the final dot (or to MAIL or DATA), for all recipients that have no final state.
    /// </summary>
    internal void ApplyReply(Reply reply, SmtpStage stage)
    {
        foreach (RecipientResult recipient in _recipients)
        {
            if (recipient.IsFinal)
                continue;
            if (reply.Code / 100 == 2)
                recipient.Deliver(reply);
            else
                recipient.Fail(SmtpDialogue.FaultOf(reply), stage, reply);
        }
    }
}
