using System.Net;
using System.Net.Sockets;

namespace MailModule.Transport;

/// <summary>
/// How many connections each peer's address has, in all the sets that share this. An IPv6 /64 counts as one address,
/// for that is what one peer has. Any thread.
/// </summary>
internal sealed class AddressCounts
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _counts = [];

    /// <summary>Counts one in, if there are fewer than <paramref name="limit"/>.</summary>
    public bool TryAdd(IPAddress address, int limit)
    {
        IPAddress key = KeyOf(address);
        lock (_lock)
        {
            int count = _counts.GetValueOrDefault(key);
            if (count >= limit)
                return false;
            _counts[key] = count + 1;
            return true;
        }
    }

    /// <summary>Ends a <see cref="TryAdd"/>.</summary>
    public void Remove(IPAddress address)
    {
        IPAddress key = KeyOf(address);
        lock (_lock)
            if (--_counts[key] == 0)
                _counts.Remove(key);
    }

    /// <summary>What stands for an address: itself, or its network.</summary>
    internal static IPAddress KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out _);
        if (IPAddress.IsLoopback(address))
            return address;
        octets[8..].Clear();
        return new IPAddress(octets);
    }
}
