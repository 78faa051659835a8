using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Remote;

/// <summary>A text that can be sent once more, from its beginning.</summary>
public interface IRepeatableSource : IMessageSource
{
    /// <summary>Another reader of the same text. Cheap.</summary>
    IMessageSource Reopen();
}

/// <summary>
/// A transaction that a host let down, for the next host of the same route: a domain names several so that mail arrives when one has trouble (RFC 5321 §5.1). One thread at a time.
/// </summary>
internal sealed class MxFailover
{
    private readonly SmtpTransaction _original;
    private readonly RecipientResult[] _failed;

    private MxFailover(SmtpTransaction original, RecipientResult[] failed)
    {
        _original = original;
        _failed = failed;
    }

    /// <summary>The transaction that its owner gave.</summary>
    public SmtpTransaction Original => _original;

    /// <summary>What is tried again; null before <see cref="Begin"/>.</summary>
    public SmtpTransaction? Retry { get; private set; }

    /// <summary>The host is there but has trouble, at whichever of its addresses; else the connection failed, and another address will do.</summary>
    public bool ConcernsHost => Array.Exists(_failed, result => result.Reply is not null);

    /// <summary>Null if another host would not do better: what it refuses for good, what is about one recipient alone, what may have been taken already.</summary>
    public static MxFailover? For(SmtpTransaction transaction)
    {
        RecipientResult[] failed = [.. transaction.Recipients.Where(MayDoBetterElsewhere)];
        return failed.Length > 0 && transaction.Source is IRepeatableSource ? new MxFailover(transaction, failed) : null;
    }

    public SmtpTransaction Begin()
    {
        var results = _failed.Select(result => new RecipientResult(result.Address) { Notify = result.Notify, OriginalRecipient = result.OriginalRecipient });
        Retry = new SmtpTransaction(_original.ReversePath, results, ((IRepeatableSource)_original.Source).Reopen()) { Return = _original.Return, EnvelopeId = _original.EnvelopeId, IsUtf8 = _original.IsUtf8 };
        return Retry;
    }

    /// <summary>The new results take the place of the old ones.</summary>
    public void MergeResults()
    {
        _original.Sent = Retry!.Sent;
        _original.IsDsnOffered = Retry.IsDsnOffered;
        for (int i = 0; i < _failed.Length; i++)
        {
            RecipientResult result = Retry.Recipients[i];
            if (result.State == RecipientState.Delivered)
                _failed[i].Deliver(result.Reply!);
            else
                _failed[i].Fail(result.Fault, result.Stage, result.Reply, result.IsUnknown);
        }
    }

    // RFC 5321 §4.2.1: 4yz to a recipient alone is about that mailbox (greylisting, a quota), which it would be elsewhere; 421 is about the host at any stage.
    private static bool MayDoBetterElsewhere(RecipientResult result)
    {
        if (result.State != RecipientState.Failed || result.IsUnknown)
            return false;
        return result.Reply is { } reply ? reply.Code == 421 || reply.IsTemporary && result.Stage != SmtpStage.Rcpt : result.Fault is Fault.Closed or Fault.Timeout or Fault.Protocol;
    }
}
