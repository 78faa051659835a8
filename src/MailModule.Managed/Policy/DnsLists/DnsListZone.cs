using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailModule.Dns;

namespace MailModule.Policy.DnsLists;

/// <summary>
/// A zone that lists addresses of hosts (RFC 5782), bad ones or good ones, and the answers of it that count. Immutable.
/// </summary>
/// <param name="Name">In the form of <see cref="DnsName"/>.</param>
/// <param name="First">The first answer that counts, as a number.</param>
/// <param name="Last">The last one.</param>
internal sealed record DnsListZone(string Name, uint First, uint Last)
{
    /// <summary>Zones in one setting at most: all of them are asked about each client.</summary>
    public const int CountLimit = 32;

    /// <summary>With the labels of an IPv6 address in front a name has 253 characters at most.</summary>
    private const int NameLimit = 189;

    // 127.0.0.1 is no entry (RFC 5782 §5), and some zones say by it that they do not answer this resolver.
    private const uint FirstOfAny = 0x7F000002, LastOfAny = 0x7FFFFEFF;

    /// <summary>
    /// Reads zones with blanks or commas between, each perhaps with the answers that count behind it:
    /// <c>zone=127.0.0.2</c>, <c>zone=127.0.0.2-127.0.0.11</c>. A zone may stand there several times.
    /// </summary>
    public static bool TryParseAll(string text, out IReadOnlyList<DnsListZone> zones, out string error)
    {
        var found = new List<DnsListZone>();
        (zones, error) = (found, "");
        foreach (string item in text.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryParse(item, out DnsListZone? zone))
                error = "not a list of zones: zone, zone=127.0.0.2 or zone=127.0.0.2-127.0.0.11, blanks or commas "
                    + "between";
            else if (found.Count == CountLimit)
                error = $"more than {CountLimit} zones";
            else
                found.Add(zone);
            if (error.Length > 0)
                return false;
        }
        return true;
    }

    /// <summary>Whether an answer is in 127.0.0.0/8, where all of them are (RFC 5782 §2.1).</summary>
    public static bool IsAnswer(IPAddress address) => NumberOf(address) >> 24 == 127;

    /// <summary>127.255.255.0/24: by these, zones say that they do not answer whoever asks, for he asks too much, or by
    /// a resolver of many. They say nothing about the address.</summary>
    public static bool IsRefusal(IPAddress address) => NumberOf(address) >> 8 == 0x7FFFFF;

    /// <summary>The answer means that the address is listed.</summary>
    public bool Counts(IPAddress answer)
        => NumberOf(answer) is var number && number >= First && number <= Last && !IsRefusal(answer);

    private static bool TryParse(string item, [NotNullWhen(true)] out DnsListZone? zone)
    {
        zone = null;
        int equals = item.IndexOf('=', StringComparison.Ordinal);
        string name = (equals < 0 ? item : item[..equals]).Trim('.');
        if (!DnsName.TryNormalize(name, out string zoneName) || zoneName.Length is 0 or > NameLimit
            || zoneName.Contains('\\', StringComparison.Ordinal))
            return false;
        (uint First, uint Last) range = (FirstOfAny, LastOfAny);
        if (equals >= 0 && !TryParseRange(item[(equals + 1)..], out range))
            return false;
        zone = new DnsListZone(zoneName, range.First, range.Last);
        return true;
    }

    private static bool TryParseRange(string text, out (uint First, uint Last) range)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        range = default;
        if (!TryParseAnswer(dash < 0 ? text : text[..dash], out range.First)
            || !TryParseAnswer(dash < 0 ? text : text[(dash + 1)..], out range.Last))
            return false;
        return range.First <= range.Last;
    }

    private static bool TryParseAnswer(string text, out uint number)
    {
        number = 0;
        string[] parts = text.Split('.');
        foreach (string part in parts)
            if (part.Length > 3
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out byte octet))
                return false;
            else
                number = number << 8 | octet;
        return parts.Length == 4 && number >> 24 == 127;
    }

    private static uint NumberOf(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[4];
        return address.AddressFamily == AddressFamily.InterNetwork && address.TryWriteBytes(octets, out _)
            ? BinaryPrimitives.ReadUInt32BigEndian(octets)
            : 0;
    }
}
