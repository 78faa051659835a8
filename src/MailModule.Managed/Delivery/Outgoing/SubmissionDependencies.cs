using MailModule.Delivery.Remote;
using MailModule.Delivery.Signing;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>What a submission works with.</summary>
internal sealed record SubmissionDependencies
{
    public required Workers Workers { get; init; }

    /// <summary>Takes mail to other hosts, with the options of this message.</summary>
    public required IRemoteDelivery RemoteDelivery { get; init; }

    /// <summary>As <see cref="Routing.IRouter.NextHopOf"/>. Cheap; any thread.</summary>
    public required Func<string, bool, string> NextHopOf { get; init; }

    /// <summary>Our name, for the fields that this host adds.</summary>
    public required string HostName { get; init; }

    /// <summary>Where mail for our users and for the queue goes; null if the message has none of either.</summary>
    public ISpool? Spool { get; init; }

    /// <summary>How the message is signed; null: it is not.</summary>
    public SigningOptions? Signing { get; init; }

    /// <summary>Our authserv-id: Authentication-Results in this name are none of ours, and do not get into the spool
    /// (RFC 8601 §5); null: we tell no results.</summary>
    public string? OwnId { get; init; }

    public Log Log { get; init; } = Log.None;
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
