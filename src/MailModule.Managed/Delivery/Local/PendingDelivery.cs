using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>A message on its way into one mailbox.</summary>
/// <param name="Recipients">Indexes of the envelope's recipients that share the mailbox.</param>
/// <param name="MayBeDuplicate">An earlier attempt may have put it into the mailbox.</param>
internal readonly record struct PendingDelivery(
    ISpoolEntry Entry, string Maildrop, int[] Recipients, bool MayBeDuplicate)
{
    /// <summary>What its local action came to; null: it has had none, or is to have it again.</summary>
    public LocalActionResult? Result { get; init; }

    /// <summary>The folder that gets it, whatever the user's rules say; null: they are asked.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Sent on, reported or thrown away by its local action; DSNs may be owed for it. It comes into no mailbox.
    /// </summary>
    public bool IsEndedElsewhere => Result is { Outcome: not LocalOutcome.Stored };

    /// <summary>What a failed local action leaves for its next attempt.</summary>
    public object? Progress { get; init; }

    /// <summary>Attempts that failed.</summary>
    public int Failures { get; init; }

    /// <summary>The report that it waits, which its sender has had or is about to have; null: none yet.</summary>
    public DelayNotice? Delay { get; init; }
}
