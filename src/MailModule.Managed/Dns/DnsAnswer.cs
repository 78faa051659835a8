namespace MailModule.Dns;

/// <summary>How a question came out.</summary>
internal enum DnsStatus
{
    /// <summary>There is at least one record.</summary>
    Ok,
    /// <summary>The name exists, but has no record of the type (RFC 2308 §2.2).</summary>
    NoData,
    /// <summary>The name does not exist (RFC 2308 §2.1).</summary>
    NxDomain,
    /// <summary>
    /// The servers could not or would not say: SERVFAIL, REFUSED, malformed responses, no descriptor. A later try may
    /// help.
    /// </summary>
    Failed,
    /// <summary>No server answered in time. A later try may help.</summary>
    TimedOut,
    Cancelled,
    /// <summary>What was asked for is not a domain name.</summary>
    BadName,
}

/// <summary>The answer to one question.</summary>
/// <param name="Records">Of the type asked for, in the server's order; empty unless <see cref="DnsStatus.Ok"/>.</param>
/// <param name="CanonicalName">
/// The name at the end of the CNAME chain, lower case, without the final dot; without CNAMEs the name asked for.
/// </param>
/// <param name="Text">What went wrong, for a human; empty if nothing did.</param>
internal sealed record DnsAnswer(
    DnsStatus Status, IReadOnlyList<DnsRecord> Records, string CanonicalName, string Text = "")
{
    /// <summary>How long the answer may be cached, from when it was received; zero: not at all.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>
    /// Every server that was asked set AD: it says that it has checked the signatures (RFC 4035 §3.2.3). Worth as much
    /// as the path to that server.
    /// </summary>
    public bool IsAuthentic { get; init; }

    /// <summary>Asking again later may bring another answer.</summary>
    public bool IsTemporary => Status is DnsStatus.Failed or DnsStatus.TimedOut or DnsStatus.Cancelled;

    public static DnsAnswer Cancelled(string name) => new(DnsStatus.Cancelled, [], name, $"{name}: cancelled");

    public static DnsAnswer BadName(string text) => new(DnsStatus.BadName, [], text, $"{text}: not a domain name");
}
