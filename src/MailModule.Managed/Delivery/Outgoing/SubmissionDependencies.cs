using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>What a submission works with.</summary>
public sealed record SubmissionDependencies
{
    public required Workers Workers { get; init; }

    /// <summary>Takes what goes to other hosts there, as the host of this library wants it done.</summary>
    public required IRemoteDelivery RemoteDelivery { get; init; }

    /// <summary>What the next hop of a domain is called. Cheap; any thread.</summary>
    public required Func<string, string> NextHopOf { get; init; }

    /// <summary>Our name, for the fields that the first host adds.</summary>
    public required string HostName { get; init; }

    /// <summary>Where mail for our users and for the queue goes; null if there is none of either.</summary>
    public ISpool? Spool { get; init; }

    public Log Log { get; init; } = Log.None;
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
