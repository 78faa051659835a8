using System.Net;
using System.Net.Sockets;

namespace MailModule.Dns;

/// <summary>The addresses of a host.</summary>
/// <param name="Addresses">In the order to try them; empty unless <see cref="DnsStatus.Ok"/>.</param>
/// <param name="Text">What went wrong, for a human; empty if nothing did.</param>
internal sealed record AddressAnswer(DnsStatus Status, IReadOnlyList<IPAddress> Addresses, string Text);

/// <summary>
/// Looks up the addresses of hosts, of both families: IPv6 and IPv4 in turn, so that a family without a route costs one
/// attempt; shuffled within a family, for cached answers would come in the same order each time. Where to call is as at
/// <see cref="IDns.Ask"/>.
/// </summary>
/// <param name="random">Shuffles; null: the system's. Another must not be used by two threads at once.</param>
internal sealed class AddressLookup(IDns dns, Random? random = null)
{
    /// <summary>Addresses handed out at most: nobody tries more, and some zones have thousands.</summary>
    private const int Limit = 16;

    private readonly Random _random = random ?? Random.Shared;

    /// <param name="host">A name, or an address, for which no server is asked.</param>
    public async ValueTask<AddressAnswer> Find(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
            return new AddressAnswer(DnsStatus.Ok, [literal], "");
        DnsAnswer first = await dns.Ask(new DnsQuestion(host, DnsType.A), cancel).ConfigureAwait(false);
        // NXDOMAIN, a bad name and a time-out hold for the other type too.
        bool isOtherAsked = first.Status is DnsStatus.Ok or DnsStatus.NoData or DnsStatus.Failed;
        DnsAnswer second = isOtherAsked
            ? await dns.Ask(new DnsQuestion(host, DnsType.Aaaa), cancel).ConfigureAwait(false)
            : first;
        if (second.Status == DnsStatus.Cancelled)
            return new AddressAnswer(DnsStatus.Cancelled, [], second.Text);
        List<IPAddress> addresses = Interleave([.. UsableIn(second)], [.. UsableIn(first)]);
        if (addresses.Count > 0)
            return new AddressAnswer(DnsStatus.Ok, addresses, "");
        DnsAnswer worse = first.IsTemporary ? first : second;
        return worse.Status is DnsStatus.Ok or DnsStatus.NoData
            ? new AddressAnswer(DnsStatus.NoData, [], $"{host}: no address")
            : new AddressAnswer(worse.Status, [], worse.Text);
    }

    private static IEnumerable<IPAddress> UsableIn(DnsAnswer answer)
        => answer.Records.OfType<AddressRecord>().Select(record => WithoutMapping(record.Address)).Where(IsUsable);

    private static IPAddress WithoutMapping(IPAddress address)
        => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>False for addresses that no single host has; 0.0.0.0 and :: would lead to this machine.</summary>
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
