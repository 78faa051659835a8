using System.Globalization;
using System.Net;
using System.Text;

namespace MailModule.Dns;

/// <summary>The names that the PTR records of addresses have. Pure.</summary>
internal static class ReverseName
{
    private const string Ipv4Zone = ".in-addr.arpa", Ipv6Zone = ".ip6.arpa";
    private const int Ipv4Labels = 4, Ipv6Labels = 32;

    /// <summary>
    /// RFC 1035 §3.5: octets; RFC 3596 §2.5: nibbles; both from the last to the first. An IPv4 address in IPv6 form
    /// counts as IPv4.
    /// </summary>
    public static string Of(IPAddress address)
    {
        string labels = LabelsOf(address);
        return labels + (labels.Length < 2 * Ipv6Labels - 1 ? Ipv4Zone : Ipv6Zone);
    }

    /// <summary>What stands in front of the zone: the names in other zones of addresses have the same form (RFC 5782
    /// §2).</summary>
    public static string LabelsOf(IPAddress address)
    {
        byte[] octets = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        Array.Reverse(octets);
        return octets.Length == Ipv4Labels
            ? string.Join('.', octets)
            : string.Join('.', octets.Select(octet => $"{octet & 15:x}.{octet >> 4:x}"));
    }

    /// <summary>The address that a name in small letters stands for; null if it is not a reverse name.</summary>
    public static IPAddress? AddressOf(string name)
    {
        if (name.EndsWith(Ipv4Zone, StringComparison.Ordinal))
            return ReadLabels(name[..^Ipv4Zone.Length], Ipv4Labels, NumberStyles.None) is { } octets
                ? new IPAddress(octets)
                : null;
        return name.EndsWith(Ipv6Zone, StringComparison.Ordinal)
            && ReadLabels(name[..^Ipv6Zone.Length], Ipv6Labels, NumberStyles.AllowHexSpecifier) is { } nibbles
            && Array.TrueForAll(nibbles, nibble => nibble < 16)
            ? new IPAddress(Join(nibbles))
            : null;
    }

    private static byte[] Join(byte[] nibbles)
        => [.. Enumerable.Range(0, nibbles.Length / 2).Select(i => (byte)(nibbles[2 * i] << 4 | nibbles[2 * i + 1]))];

    /// <summary>
    /// The labels' numbers, last label first; null unless there are <paramref name="count"/> numbers.
    /// </summary>
    private static byte[]? ReadLabels(string text, int count, NumberStyles style)
    {
        string[] labels = text.Split('.');
        byte[] numbers = new byte[count];
        for (int i = 0; i < count; i++)
            if (labels.Length != count
                || !byte.TryParse(labels[count - 1 - i], style, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        return numbers;
    }
}
