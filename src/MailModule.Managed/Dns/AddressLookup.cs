using System.Net;
using System.Net.Sockets;

namespace MailModule.Dns;

/// <summary>The addresses of a host.</summary>
/// <param name="Addresses">In the order to try them; empty unless <see cref="DnsStatus.Ok"/>.</param>
/// <param name="Text">What went wrong, for a human; empty if nothing did.</param>
public sealed record AddressAnswer(DnsStatus Status, IReadOnlyList<IPAddress> Addresses, string Text);

/// <summary>
/// Finds the addresses of hosts, of both families. The order is: IPv6 and IPv4 in turn, so that a family without a way costs one attempt; shuffled within a family,
/// for kept answers would come in the same order each time. Blocks: workers only.
/// </summary>
/// <param name="random">Shuffles; null: the system's. Another must not be used by two threads at once.</param>
public sealed class AddressLookup(IDns dns, Random? random = null)
{
    /// <summary>More than this nobody tries, and some zones have thousands.</summary>
    private const int Limit = 16;

    private readonly Random _random = random ?? Random.Shared;

    /// <param name="host">A name, or an address, which needs no server.</param>
    public AddressAnswer Find(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
            return new AddressAnswer(DnsStatus.Ok, [literal], "");
        DnsAnswer first = dns.Query(host, DnsType.A, cancel);
        // What is true of the name, or of the servers, for one type is true for the other.
        DnsAnswer second = first.Status is DnsStatus.Ok or DnsStatus.NoData or DnsStatus.Failed ? dns.Query(host, DnsType.Aaaa, cancel) : first;
        if (second.Status == DnsStatus.Cancelled)
            return new AddressAnswer(DnsStatus.Cancelled, [], second.Text);
        List<IPAddress> addresses = Interleave([.. UsableIn(second)], [.. UsableIn(first)]);
        if (addresses.Count > 0)
            return new AddressAnswer(DnsStatus.Ok, addresses, "");
        DnsAnswer worse = first.IsTemporary ? first : second;
        return worse.Status is DnsStatus.Ok or DnsStatus.NoData ? new AddressAnswer(DnsStatus.NoData, [], $"{host}: no address") : new AddressAnswer(worse.Status, [], worse.Text);
    }

    private static IEnumerable<IPAddress> UsableIn(DnsAnswer answer)
        => answer.Records.OfType<AddressRecord>().Select(record => record.Address.IsIPv4MappedToIPv6 ? record.Address.MapToIPv4() : record.Address).Where(IsUsable);

    /// <summary>Addresses that no single host has; the first of them would lead to this machine.</summary>
    private static bool IsUsable(IPAddress address)
    {
        byte[] octets = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? octets[0] is > 0 and < 224 || (octets[0] >= 240 && !address.Equals(IPAddress.Broadcast))
            : !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any);
    }

    private List<IPAddress> Interleave(IPAddress[] one, IPAddress[] other)
    {
        _random.Shuffle(one);
        _random.Shuffle(other);
        List<IPAddress> all = [];
        for (int i = 0; i < Math.Max(one.Length, other.Length) && all.Count < Limit; i++)
        {
            all.AddRange(one.Skip(i).Take(1));
            all.AddRange(other.Skip(i).Take(1));
        }
        return all;
    }
}
