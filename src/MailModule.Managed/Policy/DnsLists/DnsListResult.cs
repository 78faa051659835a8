using System.Net;

namespace MailModule.Policy.DnsLists;

/// <summary>What a zone says about an address.</summary>
internal enum DnsListStatus
{
    Listed,
    NotListed,
    /// <summary>There is an answer, but none that counts.</summary>
    OutOfRange,
    /// <summary>The zone does not answer us: 127.255.255.0/24.</summary>
    Refusing,
    /// <summary>No server of the zone says anything, or none in time.</summary>
    Down,
    /// <summary>It does not do what a list must (<see cref="ZoneHealth"/>), so what it says does not count.</summary>
    LeftOut,
}

/// <summary>What came of one question to one zone.</summary>
/// <param name="Answer">The address that the zone gave, the one that decided; null if none.</param>
/// <param name="Text">Listed: the zone's own reason, if it was asked for. Down, refusing, left out: what is wrong.
/// </param>
internal sealed record DnsListResult(DnsListZone Zone, DnsListStatus Status, IPAddress? Answer, string Text)
{
    public bool IsListed => Status == DnsListStatus.Listed;
}
