using MailModule.Delivery.Remote;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Queue;

/// <summary>What a <see cref="MailQueue"/> works with.</summary>
internal sealed class QueueDependencies
{
    public required ISpool Spool { get; init; }
    public required IRemoteDelivery RemoteDelivery { get; init; }
    public required IDsnSender DsnSender { get; init; }
    public required Workers Workers { get; init; }

    /// <summary>
    /// The name of a domain's next hop, for mail that does or does not avoid inner addresses: transactions with the
    /// same one share connections. Cheap; any thread.
    /// </summary>
    public required Func<string, bool, string> NextHopOf { get; init; }

    /// <summary>A message's content as it goes out, to be read once for each call. Cheap; any thread.</summary>
    public required Func<ISpoolEntry, IMessageSource> ContentOf { get; init; }

    /// <summary>Whether an address is a local user's or list's, remote, or nobody's. For redirections.</summary>
    public required Func<MailAddress, RelayVerdict> VerdictOf { get; init; }

    /// <summary>The schedule at the moment of the call.</summary>
    public Func<RetrySchedule> Schedule { get; init; } = () => RetrySchedule.Default;

    /// <summary>Copies of messages that were sent or given up.</summary>
    public KeptCopies Copies { get; init; } = KeptCopies.None;

    public Log Log { get; init; } = Log.None;
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Connections to one next hop at once.</summary>
    public int ConnectionsPerDestination { get; init; } = 20;

    /// <summary>Connections at once.</summary>
    public int ConnectionLimit { get; init; } = 400;
}
