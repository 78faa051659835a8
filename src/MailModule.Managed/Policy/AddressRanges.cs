using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailModule.Policy;

/// <summary>
/// A list of IP addresses as the settings write it: <c>a.b.c.d</c>, <c>first-last</c> or <c>address/bits</c>, IPv4 or
/// IPv6, commas between. An IPv4 address that comes in IPv6's form (<c>::ffff:a.b.c.d</c>) counts as IPv4. Immutable.
/// </summary>
internal sealed class AddressRanges
{
    private const int CountLimit = 4096;

    /// <summary>A list that holds no address.</summary>
    public static readonly AddressRanges Empty = new([]);

    private readonly AddressRange[] _spans;

    private AddressRanges(AddressRange[] spans) => _spans = spans;

    /// <summary>Reads a list; false for one that is malformed anywhere. An empty text is <see cref="Empty"/>.</summary>
    public static bool TryParse(string text, out AddressRanges ranges)
    {
        ranges = Empty;
        if (text.AsSpan().Trim().IsEmpty)
            return true;
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length > CountLimit)
            return false;
        var spans = new AddressRange[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!TryParseOne(parts[i], out spans[i]))
                return false;
        ranges = new AddressRanges(spans);
        return true;
    }

    public bool IsEmpty => _spans.Length == 0;

    /// <summary>Both lists as one.</summary>
    public AddressRanges Union(AddressRanges other) => new([.. _spans, .. other._spans]);

    /// <summary>The first address of the largest range of a family, and the last; null if it has none.</summary>
    public (UInt128 First, UInt128 Last)? Largest(bool isV4)
    {
        (UInt128 First, UInt128 Last)? largest = null;
        foreach (AddressRange span in _spans)
            if (span.IsV4 == isV4 && !(largest is { } one && span.Last - span.First <= one.Last - one.First))
                largest = (span.First, span.Last);
        return largest;
    }

    public bool Contains(IPAddress address)
    {
        (bool isV4, UInt128 number) = NumberOf(address);
        foreach (AddressRange span in _spans)
            if (span.IsV4 == isV4 && number >= span.First && number <= span.Last)
                return true;
        return false;
    }

    private readonly record struct AddressRange(bool IsV4, UInt128 First, UInt128 Last);

    private static bool TryParseOne(string text, out AddressRange span)
    {
        span = default;
        int cut = text.IndexOfAny(['-', '/']);
        if (!TryParseAddress(cut < 0 ? text : text[..cut].TrimEnd(), out bool isV4, out UInt128 first))
            return false;
        span = new AddressRange(isV4, first, first);
        if (cut < 0)
            return true;
        string rest = text[(cut + 1)..].TrimStart();
        return text[cut] == '/' ? TryParsePrefix(rest, ref span) : TryParseLast(rest, ref span);
    }

    private static bool TryParseLast(string last, ref AddressRange span)
    {
        if (!TryParseAddress(last, out bool isV4, out UInt128 end) || isV4 != span.IsV4 || end < span.First)
            return false;
        span = span with { Last = end };
        return true;
    }

    private static bool TryParsePrefix(string bits, ref AddressRange span)
    {
        int width = span.IsV4 ? 32 : 128;
        if (bits.Length > 3 || !int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            || count > width)
            return false;
        UInt128 free = count == width ? 0 : (UInt128.MaxValue >> (128 - (width - count)));
        span = span with { First = span.First & ~free, Last = span.First | free };
        return true;
    }

    private static bool TryParseAddress(string text, out bool isV4, out UInt128 number)
    {
        (isV4, number) = (false, 0);
        IPAddress? address = null;
        bool isRight = text.Contains(':')
            ? text.IndexOfAny(['%', '[', ']', '/']) < 0 && IPAddress.TryParse(text, out address)
            : TryParseV4(text, out address);
        if (isRight)
            (isV4, number) = NumberOf(address!);
        return isRight;
    }

    // IPAddress takes "1", "1.2" and octal numbers too, which in a list of who may relay is no place for guesses.
    private static bool TryParseV4(string text, out IPAddress? address)
    {
        address = null;
        string[] parts = text.Split('.');
        if (parts.Length != 4 || parts.Any(part => part.Length > 3 || (part.Length > 1 && part[0] == '0')))
            return false;
        var octets = new byte[4];
        for (int i = 0; i < 4; i++)
            if (!byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out octets[i]))
                return false;
        address = new IPAddress(octets);
        return true;
    }

    private static (bool IsV4, UInt128 Number) NumberOf(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        octets.Clear();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(octets[12..], out _);
            return (true, BinaryPrimitives.ReadUInt128BigEndian(octets));
        }
        address.TryWriteBytes(octets, out _);
        UInt128 number = BinaryPrimitives.ReadUInt128BigEndian(octets);
        return address.IsIPv4MappedToIPv6 ? (true, number & uint.MaxValue) : (false, number);
    }
}
