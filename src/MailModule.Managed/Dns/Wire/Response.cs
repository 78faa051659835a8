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

/// <summary>A record of a response's answer section.</summary>
internal readonly record struct AnswerRecord(DnsType Type, DnsRecord Record);

/// <summary>The zone whose SOA stands in the authority section of a negative response.</summary>
/// <param name="NegativeTimeToLive">RFC 2308 §5: the lesser of the SOA's own TTL and its MINIMUM field.</param>
internal sealed record AuthorityZone(string Zone, TimeSpan NegativeTimeToLive);

/// <summary>A server's response, as far as it matters to a stub resolver.</summary>
internal sealed class Response
{
    public Rcode Rcode { get; init; }

    /// <summary>TC: too long for a datagram. Only this and the RCODE are read.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>AA or RA: the server owns the zone, or asks other servers too.</summary>
    public bool IsAuthoritativeOrRecursive { get; init; }

    /// <summary>AD: the server says that it has checked the signatures.</summary>
    public bool IsAuthentic { get; init; }

    /// <summary>Of class IN and a known type; others are left out.</summary>
    public IReadOnlyList<AnswerRecord> Answers { get; init; } = [];

    /// <summary>From the authority section.</summary>
    public AuthorityZone? Authority { get; init; }

    /// <summary>
    /// Whether the response says something about the name. An empty response with neither AA nor RA, which names no
    /// zone either (from a lame server, or a referral), does not: taken for "no such record" it would make mail bounce
    /// (RFC 2308 §2.2).
    /// </summary>
    public bool IsAnswer
        => Rcode is Rcode.NoError or Rcode.NameError
            && (IsAuthoritativeOrRecursive || Answers.Count > 0 || Authority is not null);

    /// <summary>RFC 6891 §6.2.2, §7: a server that does not know EDNS says one of these.</summary>
    public bool IsEdnsRefusal => Rcode is Rcode.FormatError or Rcode.NotImplemented or Rcode.BadVersion;
}

/// <summary>Whether octets from the network are the response to the question.</summary>
internal enum ResponseMatch
{
    Matches,
    /// <summary>A response to another question, or no response: to be ignored.</summary>
    Mismatched,
    /// <summary>It carries the question, but its records cannot be read.</summary>
    Malformed,
}
