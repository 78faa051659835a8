using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>One message on its way over a connection: envelope, text, and a result for each recipient. Apart from the session, which may carry several.</summary>
public sealed class SmtpTransaction
{
    private readonly RecipientResult[] _recipients;

    public SmtpTransaction(MailAddress reversePath, IEnumerable<RecipientResult> recipients, IMessageSource source)
    {
        ReversePath = reversePath;
        Source = source;
        _recipients = [.. recipients];
    }

    public MailAddress ReversePath { get; }
    public IMessageSource Source { get; }
    public IReadOnlyList<RecipientResult> Recipients => _recipients;

    /// <summary>Octets of the message sent so far.</summary>
    public long Sent { get; internal set; }

    /// <summary>The final dot is out, its reply is not in.</summary>
    public bool AwaitsVerdict { get; internal set; }

    public bool HasAccepted => Array.Exists(_recipients, recipient => recipient.State == RecipientState.Accepted);

    /// <summary>Gives every recipient that has no final state this one.</summary>
    public void FailRest(Fault fault, Reply? reply = null)
    {
        foreach (RecipientResult recipient in _recipients)
            if (!recipient.IsFinal)
                recipient.Fail(fault, reply, unknown: AwaitsVerdict && reply is null && recipient.State == RecipientState.Accepted);
    }

    /// <summary>The server's verdict on the message (or on MAIL or DATA), for all that have no final state.</summary>
    internal void Judge(Reply reply)
    {
        foreach (RecipientResult recipient in _recipients)
        {
            if (recipient.IsFinal)
                continue;
            if (reply.Code / 100 == 2)
                recipient.Deliver(reply);
            else
                recipient.Refuse(reply);
        }
    }
}
