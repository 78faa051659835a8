using MailModule.Engine.Connecting;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>What has come of a look at a mailbox elsewhere, so far. Immutable.</summary>
/// <param name="Account">For people: <c>user@host:port</c>.</param>
public sealed record FetchResult(string Account)
{
    /// <summary>Of the event that tells of it; a gap says that others were lost. 0: it is none.</summary>
    public long Sequence { get; init; }

    /// <summary>Null: it waits for its turn.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>Null: it is under way, or waits.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>When the next look is due; null: none is planned.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>None: all that is new was fetched; else why not all.</summary>
    public Fault Fault { get; init; }

    /// <summary>At what it failed.</summary>
    public ClientStage Stage { get; init; }

    /// <summary>What went wrong, in words; empty: nothing did.</summary>
    public string Text { get; init; } = "";

    /// <summary>Messages that were there.</summary>
    public int Found { get; init; }

    /// <summary>Taken into the spool.</summary>
    public int Fetched { get; init; }

    /// <summary>Octets of those, as they came.</summary>
    public long Octets { get; init; }

    /// <summary>Fetched before, and there still.</summary>
    public int Known { get; init; }

    /// <summary>Deleted there, as the server has confirmed.</summary>
    public int Deleted { get; init; }

    /// <summary>Of those fetched: led to the folder for what checks refuse.</summary>
    public int Refused { get; init; }

    /// <summary>New, and left there: too large, refused by the server, or without an id to know them by.</summary>
    public int Left { get; init; }
}
