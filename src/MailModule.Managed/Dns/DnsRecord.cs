using System.Net;

namespace MailModule.Dns;

/// <summary>One resource record.</summary>
/// <param name="TimeToLive">How long it may be cached, from when it was received.</param>
internal abstract record DnsRecord(string Name, TimeSpan TimeToLive);

/// <summary>A or AAAA.</summary>
internal sealed record AddressRecord(string Name, TimeSpan TimeToLive, IPAddress Address) : DnsRecord(Name, TimeToLive);

/// <param name="Exchange">Empty for the root: a null MX (RFC 7505).</param>
internal sealed record MxRecord(string Name, TimeSpan TimeToLive, int Preference, string Exchange)
    : DnsRecord(Name, TimeToLive);

/// <summary>CNAME or PTR: a record whose data are one name.</summary>
internal sealed record NameRecord(string Name, TimeSpan TimeToLive, string Target) : DnsRecord(Name, TimeToLive);

/// <param name="Text">The strings of the record, joined; octets as Latin-1.</param>
internal sealed record TxtRecord(string Name, TimeSpan TimeToLive, string Text) : DnsRecord(Name, TimeToLive);

/// <summary>RFC 6698 §2.1.</summary>
internal sealed record TlsaRecord(
    string Name, TimeSpan TimeToLive, byte Usage, byte Selector, byte MatchingType, byte[] Data)
    : DnsRecord(Name, TimeToLive);

/// <summary>
/// The start of a zone (RFC 1035 §3.3.13): the fields that say how long a negative answer may be cached.
/// </summary>
/// <param name="Server">MNAME: the zone's primary server.</param>
/// <param name="Minimum">RFC 2308 §4: how long a negative answer may be cached.</param>
internal sealed record SoaRecord(string Name, TimeSpan TimeToLive, string Server, TimeSpan Minimum)
    : DnsRecord(Name, TimeToLive);
