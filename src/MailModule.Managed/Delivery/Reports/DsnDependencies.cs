using MailModule.Delivery.Signing;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Reports;

/// <summary>What <see cref="DsnSender"/> works with.</summary>
internal sealed class DsnDependencies
{
    /// <summary>Where DSNs go, as new messages.</summary>
    public required ISpool Spool { get; init; }

    public required Workers Workers { get; init; }

    /// <summary>Our name of this moment (<c>smtp_name</c>). Any thread.</summary>
    public required Func<string> HostName { get; init; }

    /// <summary>Whether a sender is a local user, remote, or nobody. Any thread.</summary>
    public required Func<MailAddress, RelayVerdict> VerdictOf { get; init; }

    /// <summary>How messages of ours are signed at this moment; null: they are not. Any thread.</summary>
    public Func<SigningOptions?> Signing { get; init; } = static () => null;

    public Log Log { get; init; } = Log.None;
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Octets at rest of a message that a DSN of failure returns whole though nobody asked for it; of larger ones
    /// the header alone.
    /// </summary>
    public int FullLimit { get; init; } = 50 * 1024;

    /// <summary>
    /// The same for a message whose sender asked for it (RET=FULL): one that is too large would be refused with the
    /// message in it, and the sender hear nothing.
    /// </summary>
    public int AskedFullLimit { get; init; } = 10 * 1024 * 1024;
}
