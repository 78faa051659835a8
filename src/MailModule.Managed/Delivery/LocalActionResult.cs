using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery;

/// <summary>Where a local action has brought a message.</summary>
internal enum LocalOutcome
{
    /// <summary>Nowhere yet: the action is to be tried again.</summary>
    Failed,
    /// <summary>Into folders of the mailbox, and perhaps to other addresses besides.</summary>
    Stored,
    /// <summary>To other addresses alone.</summary>
    SentOn,
    /// <summary>Back: its sender is to be told that it failed.</summary>
    Reported,
    /// <summary>Nowhere, by a rule that says so; the log has it.</summary>
    ThrownAway,
    /// <summary>Its recipient was nobody: what the message is to be known by is noted.</summary>
    Recorded,
}

/// <summary>How a local action ended. Immutable.</summary>
/// <remarks>
/// Invariant: an accepted message ends somewhere. So an action that did not fail cannot say "done" alone; it says which
/// end the message has come to, and shows it: the folders, the addresses that have the message, the DSN by which its
/// sender is told, or the rule by which it is thrown away, which is logged here and so never forgotten.
/// </remarks>
internal sealed class LocalActionResult
{
    /// <summary>The message goes where it would without the action.</summary>
    public static readonly LocalActionResult Inbox = Stored([""]);

    private LocalActionResult(LocalOutcome outcome) => Outcome = outcome;

    public LocalOutcome Outcome { get; }

    /// <summary>Why it is to be tried again later; else None.</summary>
    public Fault Fault { get; private init; }

    /// <summary>Folders of the mailbox that get the message, the empty name for the inbox.</summary>
    public IReadOnlyList<string> Folders { get; private init; } = [];

    /// <summary>The message as a command has changed it; null: as it is in the spool.</summary>
    public ChangedContent? Changed { get; private init; }

    /// <summary>To be durable before the recipients are done.</summary>
    public IReadOnlyList<OwedDsn> Dsns { get; private init; } = [];

    public static LocalActionResult Failed(Fault fault)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)fault, (int)Fault.None);
        return new LocalActionResult(LocalOutcome.Failed) { Fault = fault };
    }

    /// <param name="folders">One at least.</param>
    /// <param name="changed">This object's from then on.</param>
    public static LocalActionResult Stored(IReadOnlyList<string> folders, ChangedContent? changed = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(folders.Count);
        return new LocalActionResult(LocalOutcome.Stored) { Folders = folders, Changed = changed };
    }

    /// <param name="to">One at least; the messages for them are durable.</param>
    public static LocalActionResult SentOn(IReadOnlyCollection<MailAddress> to, IReadOnlyList<OwedDsn>? dsns = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(to.Count);
        return new LocalActionResult(LocalOutcome.SentOn) { Dsns = dsns ?? [] };
    }

    /// <summary>The note is durable.</summary>
    public static LocalActionResult Recorded() => new(LocalOutcome.Recorded);

    /// <param name="dsns">One at least.</param>
    public static LocalActionResult Reported(IReadOnlyList<OwedDsn> dsns)
    {
        ArgumentOutOfRangeException.ThrowIfZero(dsns.Count);
        return new LocalActionResult(LocalOutcome.Reported) { Dsns = dsns };
    }

    /// <param name="ruleFor">What says so of a recipient.</param>
    /// <param name="log">Gets a line for each recipient.</param>
    public static LocalActionResult ThrownAway(LocalAction action, Func<Recipient, string> ruleFor, LogLevel level,
        Log log, IReadOnlyList<OwedDsn>? dsns = null)
    {
        foreach (Recipient recipient in action.AllRecipients)
            log.WriteThrownAway(level, action.Entry.Id, recipient, ruleFor(recipient));
        return new LocalActionResult(LocalOutcome.ThrownAway) { Dsns = dsns ?? [] };
    }
}
