using System.Net;
using System.Net.Sockets;
using MailModule.Dns.Wire;

namespace MailModule.Dns.Local;

/// <summary>
/// Answers what this machine knows by itself: the hosts file, for addresses and their names, and the special-use names
/// that no server is to be asked for. Another resolver answers the rest.
/// </summary>
internal sealed class HostsFileResolver(Func<HostsFile> hosts, IDns inner) : IDns
{
    private static readonly IPAddress[] s_loopback = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    // RFC 6761 §6.4, RFC 7686 §2: these never exist in the DNS.
    private static readonly string[] s_nonexistent = ["invalid", "onion"];

    public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        if (!DnsName.TryNormalize(question.Name, out string name))
            return new ValueTask<DnsAnswer>(DnsAnswer.BadName(question.Name));
        return FindLocally(name, question.Type) is { } found
            ? new ValueTask<DnsAnswer>(found)
            : inner.Ask(question with { Name = name.Length == 0 ? "." : name }, cancel);
    }

    private DnsAnswer? FindLocally(string name, DnsType type) => type switch
    {
        DnsType.A or DnsType.Aaaa when hosts().AddressesOf(name) is { } known => Addresses(name, type, known),
        DnsType.Ptr when ReverseName.AddressOf(name) is { } address && NameOf(address) is { } found
            => new DnsAnswer(DnsStatus.Ok, [new NameRecord(name, TimeSpan.Zero, found)], name),
        _ => SpecialUse(name, type),
    };

    private static DnsAnswer? SpecialUse(string name, DnsType type)
    {
        // RFC 6761 §6.3: localhost and what is below it is this machine, whoever asks.
        if (DnsName.IsAtOrBelow(name, "localhost"))
            return Addresses(name, type, s_loopback);
        return Array.Exists(s_nonexistent, top => DnsName.IsAtOrBelow(name, top))
            ? new DnsAnswer(DnsStatus.NxDomain, [], name, $"{name}: no such name")
            : null;
    }

    private string? NameOf(IPAddress address)
        => hosts().NameOf(address) ?? (Array.IndexOf(s_loopback, address) >= 0 ? "localhost" : null);

    /// <summary>
    /// A name that stands in the hosts file with one family does not have the other: the file is the whole truth about
    /// the name, as in the C library.
    /// </summary>
    private static DnsAnswer Addresses(string name, DnsType type, IReadOnlyList<IPAddress> known)
    {
        AddressFamily? family = type switch
        {
            DnsType.A => AddressFamily.InterNetwork,
            DnsType.Aaaa => AddressFamily.InterNetworkV6,
            _ => null,
        };
        DnsRecord[] records = [.. known.Where(address => address.AddressFamily == family)
            .Select(address => new AddressRecord(name, TimeSpan.Zero, address))];
        return records.Length > 0
            ? new DnsAnswer(DnsStatus.Ok, records, name)
            : new DnsAnswer(
                DnsStatus.NoData, [], name, $"{name}: no record of type {type.ToString().ToUpperInvariant()}");
    }
}
