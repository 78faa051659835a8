namespace MailModule.Dns.Wire;

/// <summary>The RCODEs that decide something (RFC 1035 §4.1.1, RFC 6891 §9).</summary>
internal enum Rcode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
    BadVersion = 16,
}

/// <summary>A record of a reply's answer section.</summary>
internal readonly record struct AnswerRecord(DnsType Type, DnsRecord Record);

/// <summary>The zone that a reply without answer speaks for.</summary>
/// <param name="NegativeTimeToLive">RFC 2308 §5: the lesser of the SOA's own time to live and its MINIMUM field.</param>
internal sealed record AuthorityZone(string Zone, TimeSpan NegativeTimeToLive);

/// <summary>A server's reply, as far as it matters to one that asks a recursive server.</summary>
internal sealed class Response
{
    public Rcode Rcode { get; init; }

    /// <summary>Too long for a datagram: nothing else but the code counts.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>The server speaks for the zone, or looks further than its own zones (AA or RA).</summary>
    public bool IsAuthoritativeOrRecursive { get; init; }

    /// <summary>The server says that it has checked signatures (AD).</summary>
    public bool IsAuthentic { get; init; }

    /// <summary>Of class IN and a type that we know; others are left out.</summary>
    public IReadOnlyList<AnswerRecord> Answers { get; init; } = [];

    /// <summary>From the authority section.</summary>
    public AuthorityZone? Authority { get; init; }
}

/// <summary>What came from the network, held against the question.</summary>
internal enum ResponseMatch
{
    /// <summary>The reply to the question.</summary>
    Matches,
    /// <summary>A reply to something else, or none: as if it had not come.</summary>
    Mismatched,
    /// <summary>It bears our question, but what follows is no sense.</summary>
    Malformed,
}
