using MailModule.Delivery.Fetching;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Engine.Retrieving;

/// <summary>What looks at mailboxes elsewhere work with.</summary>
internal sealed class FetchDependencies
{
    public required ISpool Spool { get; init; }
    public required FetchedMessages Fetched { get; init; }

    /// <summary>Users, lists and domains of this moment. Cheap; any thread.</summary>
    public required Func<RelayPolicy> Policy { get; init; }

    /// <summary>Our name, for Received fields.</summary>
    public required Func<string> HostName { get; init; }

    /// <summary>Our authserv-id: Authentication-Results in this name are not believed (RFC 8601 §5).</summary>
    public required Func<string> AuthServerId { get; init; }

    /// <summary>Octets of the largest message that is taken.</summary>
    public required Func<long> SizeLimit { get; init; }

    /// <summary>For messages that are too large for memory.</summary>
    public required Func<string> ScratchFolder { get; init; }

    /// <summary>A new session, which is its caller's.</summary>
    public required Func<IOutsideSession> NewSession { get; init; }

    /// <summary>At which messages sessions have ended.</summary>
    public BreakingMessages Breaking { get; init; } = new(TimeProvider.System);

    /// <summary>Null: every message goes where mail for its recipient goes.</summary>
    public IFetchedMailCheck? Check { get; init; }

    /// <summary>Hears of each look that has ended. Any thread; cheap; never blocks.</summary>
    public Action<FetchResult> Ended { get; init; } = _ => { };

    public IDisk Disk { get; init; } = Primitives.Os.Disk.Real;
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public Log Log { get; init; } = Log.None;
}
