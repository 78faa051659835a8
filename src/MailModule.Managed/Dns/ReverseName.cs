using System.Globalization;
using System.Net;
using System.Text;

namespace MailModule.Dns;

/// <summary>Names under which the PTR records of addresses stand. Pure.</summary>
public static class ReverseName
{
    private const string Ipv4Zone = ".in-addr.arpa", Ipv6Zone = ".ip6.arpa";

    /// <summary>RFC 1035 §3.5: octets; RFC 3596 §2.5: nibbles; both from the last to the first. An IPv4 address in IPv6 form counts as IPv4.</summary>
    public static string Of(IPAddress address)
    {
        byte[] octets = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        var name = new StringBuilder();
        for (int i = octets.Length - 1; i >= 0; i--)
            if (octets.Length == 4)
                name.Append(i < 3 ? "." : "").Append(octets[i]);
            else
                name.Append(i < 15 ? "." : "").Append($"{octets[i] & 15:x}.{octets[i] >> 4:x}");
        return name.Append(octets.Length == 4 ? Ipv4Zone : Ipv6Zone).ToString();
    }

    /// <summary>The address that a name in small letters stands for; null if it is none of these.</summary>
    public static IPAddress? AddressOf(string name)
    {
        if (name.EndsWith(Ipv4Zone, StringComparison.Ordinal))
            return ReadLabels(name[..^Ipv4Zone.Length], 4, NumberStyles.None) is { } octets ? new IPAddress(octets) : null;
        if (!name.EndsWith(Ipv6Zone, StringComparison.Ordinal) || ReadLabels(name[..^Ipv6Zone.Length], 32, NumberStyles.AllowHexSpecifier) is not { } nibbles)
            return null;
        return Array.TrueForAll(nibbles, nibble => nibble < 16) ? new IPAddress([.. Enumerable.Range(0, 16).Select(i => (byte)(nibbles[2 * i] << 4 | nibbles[2 * i + 1]))]) : null;
    }

    /// <summary>So many numbers, last label first.</summary>
    private static byte[]? ReadLabels(string text, int count, NumberStyles style)
    {
        string[] labels = text.Split('.');
        byte[] numbers = new byte[count];
        for (int i = 0; i < count; i++)
            if (labels.Length != count || !byte.TryParse(labels[count - 1 - i], style, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        return numbers;
    }
}
