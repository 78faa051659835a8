using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailModule.Authentication.Spf;

/// <summary>Addresses as records write them, and whether a client is in a network. Pure.</summary>
internal static class SpfAddress
{
    private const int Ip4Octets = 4, BitsInOctet = 8;

    /// <summary>The longest form: eight groups, the last two of them as an IPv4 address.</summary>
    private const int Ip6TextLimit = 45;

    /// <summary>As IPv4 where it is IPv4 in an IPv6 form (RFC 7208 §5), and without a scope.</summary>
    public static IPAddress Plain(IPAddress address)
        => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    /// <summary>RFC 7208 §5.6: four numbers without leading zeros; null: it is something else.</summary>
    public static IPAddress? ParseIp4(ReadOnlySpan<char> text)
    {
        Span<byte> octets = stackalloc byte[Ip4Octets];
        Span<Range> parts = stackalloc Range[Ip4Octets + 1];
        if (text.Split(parts, '.') != Ip4Octets)
            return null;
        for (int i = 0; i < Ip4Octets; i++)
        {
            ReadOnlySpan<char> part = text[parts[i]];
            if (part is ['0', _, ..]
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out octets[i]))
                return null;
        }
        return new IPAddress(octets);
    }

    /// <summary>RFC 4291 §2.2; null: it is something else.</summary>
    public static IPAddress? ParseIp6(ReadOnlySpan<char> text)
    {
        // The platform's parser takes scopes and brackets too, and is generous with an IPv4 address at the end.
        int colon = text.LastIndexOf(':'), dot = text.IndexOf('.');
        foreach (char c in text)
            if (!char.IsAsciiHexDigit(c) && c is not (':' or '.'))
                return null;
        bool isRead = colon >= 0 && text.Length <= Ip6TextLimit
            && (dot < 0 || (dot > colon && ParseIp4(text[(colon + 1)..]) is not null));
        return isRead && IPAddress.TryParse(text, out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetworkV6 ? address : null;
    }

    /// <summary>Whether the first bits of two addresses of one family are equal; false for two families.</summary>
    public static bool IsIn(IPAddress client, IPAddress network, (int Ip4, int Ip6) lengths)
    {
        if (client.AddressFamily != network.AddressFamily)
            return false;
        byte[] one = client.GetAddressBytes(), other = network.GetAddressBytes();
        int bits = one.Length == Ip4Octets ? lengths.Ip4 : lengths.Ip6, octets = bits / BitsInOctet;
        int rest = BitsInOctet - bits % BitsInOctet;
        return one.AsSpan(0, octets).SequenceEqual(other.AsSpan(0, octets))
            && (rest == BitsInOctet || one[octets] >> rest == other[octets] >> rest);
    }
}
