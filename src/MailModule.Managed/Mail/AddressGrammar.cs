using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace MailModule.Mail;

/// <summary>
/// The parts of an address as RFC 5321 §4.1.2 and §4.1.3 write them down, with RFC 6531 §3.3's additions for UTF-8, and
/// with what hosts in the field use beyond (docs/decisions/0035): long local parts, dots anywhere in them, underscores
/// in domains.
/// </summary>
internal static class AddressGrammar
{
    /// <summary>RFC 5321 §4.5.3.1.1 has 64; SRS and VERP put whole addresses into a local part.</summary>
    public const int LocalPartLimit = 512;

    // RFC 5321 §4.5.3.1.2
    public const int DomainLimit = 255;
    public const int AddressLimit = LocalPartLimit + 1 + DomainLimit;
    private const int LabelLimit = 63;

    private const int Quotes = 2;

    private static readonly SearchValues<byte> AtomAndDotOctets = SearchValues.Create(
        [.. ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~"u8,
            .. Enumerable.Range(0x80, 0x80).Select(o => (byte)o)]);

    private static readonly SearchValues<byte> LabelOctets = SearchValues.Create(
        [.. "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"u8,
            .. Enumerable.Range(0x80, 0x80).Select(o => (byte)o)]);

    private static readonly SearchValues<byte> TagOctets =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"u8);

    /// <summary>
    /// Octets of the quoted-string, or of the atoms and dots, at the front; 0 if there are none or too many. What is
    /// not in quotes leaves room for them.
    /// </summary>
    public static int LocalPartLength(ReadOnlySpan<byte> text)
    {
        bool isQuoted = !text.IsEmpty && text[0] == '"';
        int length = isQuoted ? QuotedLength(text) : UnquotedLength(text);
        return length + (isQuoted ? 0 : Quotes) <= LocalPartLimit ? length : 0;
    }

    /// <summary>
    /// A local part whose dots stand where RFC 5321 §4.1.2 has them, between atoms: it needs no quotes.
    /// </summary>
    public static bool IsDotString(ReadOnlySpan<byte> local)
        => local[0] != '.' && local[^1] != '.' && local.IndexOf(".."u8) < 0;

    /// <summary>A domain of dot-separated labels, or an address literal, that fills the text whole.</summary>
    public static bool IsDomainOrLiteral(ReadOnlySpan<byte> text)
        => !text.IsEmpty && text[0] == '[' ? IsLiteral(text) : IsDomain(text);

    public static bool IsDomain(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > DomainLimit)
            return false;
        while (true)
        {
            int dot = text.IndexOf((byte)'.');
            if (!IsLabel(dot < 0 ? text : text[..dot]))
                return false;
            if (dot < 0)
                return true;
            text = text[(dot + 1)..];
        }
    }

    /// <summary>RFC 5321 §4.1.3: an IPv4, IPv6 or general address literal in its brackets.</summary>
    public static bool IsLiteral(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 3 or > DomainLimit || text[0] != '[' || text[^1] != ']')
            return false;
        ReadOnlySpan<byte> inner = text[1..^1];
        int colon = inner.IndexOf((byte)':');
        if (colon < 0)
            return IsIPv4(inner);
        ReadOnlySpan<byte> tag = inner[..colon];
        ReadOnlySpan<byte> content = inner[(colon + 1)..];
        return Ascii.EqualsIgnoreCase(tag, "IPv6"u8) ? IsIPv6(content) : IsTag(tag) && IsLiteralContent(content);
    }

    /// <summary>Valid UTF-8 without control characters (C0, DEL, C1).</summary>
    public static bool IsTextWithoutControls(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAnyInRange((byte)0, (byte)0x1f) >= 0 || text.Contains((byte)0x7f))
            return false;
        if (Ascii.IsValid(text))
            return true;
        // C1 controls are C2 80 to C2 9F
        for (int i = 0; i + 1 < text.Length; i++)
            if (text[i] == 0xc2 && text[i + 1] < 0xa0)
                return false;
        return Utf8.IsValid(text);
    }

    // Dots alone name nobody.
    private static int UnquotedLength(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAnyExcept(AtomAndDotOctets);
        int length = end < 0 ? text.Length : end;
        return text[..length].ContainsAnyExcept((byte)'.') ? length : 0;
    }

    private static int QuotedLength(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return i + 1;
            // RFC 5321 §4.1.2: quoted-pairSMTP is a backslash and one ASCII graphic or space
            if (text[i] == '\\' && (++i == text.Length || text[i] >= 0x80))
                return 0;
        }
        return 0;
    }

    private static bool IsLabel(ReadOnlySpan<byte> label)
        => label.Length is >= 1 and <= LabelLimit && label[0] != '-' && label[^1] != '-'
            && label.IndexOfAnyExcept(LabelOctets) < 0;

    private static bool IsTag(ReadOnlySpan<byte> tag)
        => tag.Length > 0 && tag[^1] != '-' && !tag.ContainsAnyExcept(TagOctets);

    private static bool IsLiteralContent(ReadOnlySpan<byte> content)
        => content.Length > 0 && content.IndexOfAnyExceptInRange((byte)33, (byte)126) < 0
            && content.IndexOfAnyInRange((byte)91, (byte)93) < 0;

    private static bool IsIPv4(ReadOnlySpan<byte> text)
    {
        int parts = 1;
        int value = -1;
        foreach (byte octet in text)
        {
            if (octet == '.' && value >= 0)
            {
                parts++;
                value = -1;
                continue;
            }
            // RFC 5321 §4.1.3: Snum is 0 to 255; a leading zero is refused, it means octal to some
            if (octet is < (byte)'0' or > (byte)'9' || value == 0)
                return false;
            value = Math.Max(value, 0) * 10 + (octet - '0');
            if (value > 255)
                return false;
        }
        return parts == 4 && value >= 0;
    }

    private static bool IsIPv6(ReadOnlySpan<byte> text)
    {
        Span<char> chars = stackalloc char[45];
        if (text.Length is 0 or > 45 || text.IndexOfAnyExcept("0123456789abcdefABCDEF:."u8) >= 0)
            return false;
        Encoding.ASCII.GetChars(text, chars);
        return IPAddress.TryParse(chars[..text.Length], out IPAddress? parsed)
            && parsed.AddressFamily == AddressFamily.InterNetworkV6;
    }
}
