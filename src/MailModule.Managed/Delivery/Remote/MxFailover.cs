using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Remote;

/// <summary>Content that can be sent once more, from its beginning.</summary>
internal interface IRepeatableSource : IMessageSource
{
    /// <summary>Another reader of the same content. Cheap.</summary>
    IMessageSource Reopen();
}

/// <summary>
/// What one host has failed to take of a transaction, for the next host of the same route: a domain names several hosts
/// so that mail arrives when one of them has trouble (RFC 5321 §5.1). One thread at a time.
/// </summary>
internal sealed class MxFailover
{
    private readonly SmtpClientTransaction _original;

    /// <summary>Indexes of the recipients.</summary>
    private readonly int[] _failed;

    private MxFailover(SmtpClientTransaction original, int[] failed)
    {
        _original = original;
        _failed = failed;
    }

    /// <summary>The transaction that its owner gave.</summary>
    public SmtpClientTransaction Original => _original;

    /// <summary>What the next host gets; null before <see cref="Begin"/>.</summary>
    public SmtpClientTransaction? Retry { get; private set; }

    /// <summary>Of the original's recipients those whom the next host may get it for; none before it does.</summary>
    public IEnumerable<int> Open => Retry?.Open.Select(i => _failed[i]) ?? [];

    /// <summary>
    /// The host is there but has trouble, at whichever of its addresses; else the connection failed, and another
    /// address of the same host will do.
    /// </summary>
    public bool ConcernsHost => Array.Exists(_failed, index => _original.Results[index] is { Reply: not null });

    /// <summary>
    /// Null if another host would not do better: what the first host refuses for good, what is about one recipient
    /// alone, what may have been taken already.
    /// </summary>
    public static MxFailover? For(SmtpClientTransaction transaction)
    {
        if (transaction.Source is not IRepeatableSource)
            return null;
        List<int>? failed = null;
        for (int i = 0; i < transaction.Results.Count; i++)
            if (MayDoBetterElsewhere(transaction.Results[i]!))
                (failed ??= []).Add(i);
        return failed is null ? null : new MxFailover(transaction, [.. failed]);
    }

    public SmtpClientTransaction Begin()
        => Retry = _original.ForSome(_failed, ((IRepeatableSource)_original.Source).Reopen());

    /// <summary>The new results take the place of the old ones.</summary>
    public void MergeResults() => _original.Replace(_failed, Retry!);

    // RFC 5321 §4.2.1: 4yz to a recipient alone is about that mailbox (greylisting, a quota), and would be so
    // elsewhere; 421 is about the host at any stage.
    private static bool MayDoBetterElsewhere(AttemptResult result)
    {
        if (result.Kind == AttemptResultKind.Delivered || result.IsUnknown)
            return false;
        // A closed connection may have a reply beside it: the last that the host gave, to something else.
        if (result.Reply is { } reply && result.Fault != Fault.Closed)
            return reply.Code == 421 || reply.IsTemporary && result.Stage != SmtpStage.Rcpt;
        return result.Fault is Fault.Closed or Fault.Timeout or Fault.Protocol;
    }
}
