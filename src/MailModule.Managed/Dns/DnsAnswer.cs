namespace MailModule.Dns;

/// <summary>How a question came out.</summary>
public enum DnsStatus
{
    /// <summary>There is at least one record.</summary>
    Ok,
    /// <summary>The name is there, but has no record of the type (RFC 2308 §2.2).</summary>
    NoData,
    /// <summary>The name is not there: NXDOMAIN (RFC 2308 §2.1).</summary>
    NxDomain,
    /// <summary>The servers could not or would not say: SERVFAIL, REFUSED, answers that make no sense, no descriptor. A later try may help.</summary>
    Failed,
    /// <summary>No server answered in time. A later try may help.</summary>
    TimedOut,
    Cancelled,
    /// <summary>What was asked for is no domain name.</summary>
    BadName,
}

/// <summary>The answer to one question.</summary>
/// <param name="Records">Of the type asked for, in the server's order; empty unless <see cref="DnsStatus.Ok"/>.</param>
/// <param name="CanonicalName">The name at the end of the CNAME chain, lower case, without the final dot; the name asked for if there is none.</param>
/// <param name="Text">What went wrong, for a human; empty if nothing did.</param>
public sealed record DnsAnswer(DnsStatus Status, IReadOnlyList<DnsRecord> Records, string CanonicalName, string Text = "")
{
    /// <summary>How long the answer may be kept, from when it was received; zero: not at all.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>Every server that was asked says that it has checked the signatures of what it told (RFC 4035 §3.2.3). Worth as much as the way to that server.</summary>
    public bool IsAuthentic { get; init; }

    /// <summary>Asking again later may bring another answer.</summary>
    public bool IsTemporary => Status is DnsStatus.Failed or DnsStatus.TimedOut or DnsStatus.Cancelled;
}
