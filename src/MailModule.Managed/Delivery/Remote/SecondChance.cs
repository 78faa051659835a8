using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Remote;

/// <summary>A text that can be sent once more, from its beginning.</summary>
public interface IRepeatableSource : IMessageSource
{
    /// <summary>Another reader of the same text. Cheap.</summary>
    IMessageSource Again();
}

/// <summary>
/// A transaction that a host let down, for the next host of the same route: a domain names several so that mail arrives when one has trouble (RFC 5321 §5.1). One thread at a time.
/// </summary>
internal sealed class SecondChance
{
    private readonly SmtpClientTransaction _first;
    private readonly RecipientResult[] _failed;

    private SecondChance(SmtpClientTransaction first, RecipientResult[] failed)
    {
        _first = first;
        _failed = failed;
    }

    /// <summary>The transaction that its owner gave.</summary>
    public SmtpClientTransaction First => _first;

    /// <summary>What is tried again; null before <see cref="Begin"/>.</summary>
    public SmtpClientTransaction? Again { get; private set; }

    /// <summary>The host is there but has trouble, at whichever of its addresses; else the connection failed, and another address will do.</summary>
    public bool IsTroubleOfHost => Array.Exists(_failed, result => result.Reply is not null);

    /// <summary>Null if another host would not do better: what it refuses for good, what is about one recipient alone, what may have been taken already.</summary>
    public static SecondChance? For(SmtpClientTransaction transaction)
    {
        RecipientResult[] failed = [.. transaction.Recipients.Where(MayDoBetter)];
        return failed.Length > 0 && transaction.Source is IRepeatableSource ? new SecondChance(transaction, failed) : null;
    }

    public SmtpClientTransaction Begin()
    {
        var results = _failed.Select(result => new RecipientResult(result.Address) { Notify = result.Notify, OriginalRecipient = result.OriginalRecipient });
        Again = new SmtpClientTransaction(_first.ReversePath, results, ((IRepeatableSource)_first.Source).Again()) { Return = _first.Return, EnvelopeId = _first.EnvelopeId, IsUtf8 = _first.IsUtf8 };
        return Again;
    }

    /// <summary>The new results take the place of the old ones.</summary>
    public void Conclude()
    {
        _first.Sent = Again!.Sent;
        _first.IsDsnOffered = Again.IsDsnOffered;
        for (int i = 0; i < _failed.Length; i++)
        {
            RecipientResult result = Again.Recipients[i];
            if (result.State == RecipientState.Delivered)
                _failed[i].Deliver(result.Reply!);
            else
                _failed[i].Fail(result.Fault, result.Stage, result.Reply, result.IsUnknown);
        }
    }

    // RFC 5321 §4.2.1: 4yz to a recipient alone is about that mailbox (greylisting, a quota), which it would be elsewhere; 421 is about the host at any stage.
    private static bool MayDoBetter(RecipientResult result)
    {
        if (result.State != RecipientState.Failed || result.IsUnknown)
            return false;
        return result.Reply is { } reply ? reply.Code == 421 || reply.IsTemporary && result.Stage != SmtpStage.Rcpt : result.Fault is Fault.Closed or Fault.Timeout or Fault.Protocol;
    }
}
