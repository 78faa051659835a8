using MailModule.Delivery.Reports;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Local;

/// <summary>What a <see cref="LocalDelivery"/> works with.</summary>
internal sealed class LocalDeliveryDependencies
{
    /// <summary>Whose entries are delivered.</summary>
    public required ISpool Spool { get; init; }

    /// <summary>The mailboxes.</summary>
    public required IMailStore Store { get; init; }

    /// <summary>A user's home from the settings; null for a user who is not there. Any thread.</summary>
    public required Func<string, string?> HomeOf { get; init; }

    /// <summary>Failures are written to it.</summary>
    public Log Log { get; init; } = Log.None;

    /// <summary>
    /// Lists and forward files; null: every message goes straight into its mailbox. Needs <see cref="Workers"/>.
    /// </summary>
    public ILocalRules? Rules { get; init; }

    /// <summary>What mailboxes may hold; null: as much as there is room for.</summary>
    public MailboxQuotas? Quotas { get; init; }

    public Workers? Workers { get; init; }

    /// <summary>
    /// Tells senders of success where they asked for it, and of what could not be delivered for so long that it is
    /// given up; null: nobody is told, and nothing given up.
    /// </summary>
    public IDsnSender? DsnSender { get; init; }

    /// <summary>
    /// Hears of each entry that the spool hands over, before any of its mailboxes does, and before the spool goes on.
    /// Any thread; cheap; never blocks.
    /// </summary>
    public Action<ISpoolEntry> Taken { get; init; } = _ => { };

    /// <summary>Hears of recipients, by index, that waited and were taken out by an operator. Any thread.</summary>
    public Action<ISpoolEntry, int> Removed { get; init; } = (_, _) => { };

    /// <summary>Hears of each message that has come into a mailbox, once more perhaps after a failure or a crash. On
    /// the thread of local delivery: must not block.</summary>
    public Action<NewMail>? NewMail { get; init; }

    /// <summary>How long a delivery is tried.</summary>
    public Func<RetrySchedule> Schedule { get; init; } = () => RetrySchedule.Default;

    public TimeProvider Time { get; init; } = TimerThread.Shared;
}
