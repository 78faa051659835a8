using System.Net;
using System.Net.Sockets;
using MailModule.Policy;

namespace MailModule.Delivery.Routing;

/// <summary>Where an address that a domain names leads.</summary>
internal enum AddressReach
{
    /// <summary>Out, to hosts of anybody.</summary>
    Outer,

    /// <summary>To hosts of this site: private, unique-local, shared (RFC 1918, RFC 4193, RFC 6598).</summary>
    Private,

    /// <summary>To this machine or the links that it is on, or to no single host: loopback, link-local,
    /// unspecified, multicast.</summary>
    Local,
}

/// <summary>
/// Which addresses are inner ones. Whoever has a domain chooses what addresses its mail hosts have: one that names an
/// address in here would have this host speak where its owner himself cannot, to servers that may trust this host. An
/// IPv6 address that carries an IPv4 address leads where that one leads. Pure.
/// </summary>
internal static class InnerAddresses
{
    // RFC 6890 has the special-purpose addresses; those for documentation and benchmarks lead nowhere and may stay.
    private static readonly AddressRanges s_private = Ranges(
        "10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.0.0.0/24, 192.168.0.0/16, fc00::/7, fec0::/10, 64:ff9b:1::/48");

    private static readonly AddressRanges s_local = Ranges(
        "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, 255.255.255.255, ::/127, fe80::/10, ff00::/8");

    // The last four octets are an IPv4 address: RFC 4291 §2.5.5.1, RFC 2765 §2.1, RFC 6052 §2.1, RFC 8215.
    private static readonly AddressRanges s_carryingLast = Ranges(
        "::/96, ::ffff:0:0:0/96, 64:ff9b::/96, 64:ff9b:1::/48");

    private static readonly AddressRanges s_6to4 = Ranges("2002::/16"); // RFC 3056 §2
    private static readonly AddressRanges s_teredo = Ranges("2001::/32"); // RFC 4380 §4

    public static AddressReach ReachOf(IPAddress address)
    {
        AddressReach own = s_local.Contains(address) ? AddressReach.Local
            : s_private.Contains(address) ? AddressReach.Private
            : AddressReach.Outer;
        if (address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6)
            return own;
        byte[] octets = address.GetAddressBytes();
        AddressReach carried = AddressReach.Outer;
        if (s_carryingLast.Contains(address))
            carried = ReachOf(V4(octets, 12, flip: 0));
        else if (s_6to4.Contains(address))
            carried = ReachOf(V4(octets, 2, flip: 0));
        else if (s_teredo.Contains(address))
            carried = Inner(ReachOf(V4(octets, 4, flip: 0)), ReachOf(V4(octets, 12, flip: 0xFF)));
        return Inner(own, carried);
    }

    private static AddressReach Inner(AddressReach one, AddressReach other) => one > other ? one : other;

    // RFC 4380 §4: the bits of the client's address are flipped
    private static IPAddress V4(byte[] octets, int at, byte flip)
        => new([.. octets.Skip(at).Take(4).Select(octet => (byte)(octet ^ flip))]);

    private static AddressRanges Ranges(string text)
        => AddressRanges.TryParse(text, out AddressRanges ranges) ? ranges : throw new FormatException(text);
}
