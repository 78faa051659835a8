using System.Globalization;
using System.Text;

namespace MailModule.Dns;

/// <summary>
/// Domain names as text and as octets. As text: lower case, labels with dots between, no final dot, the root is empty;
/// a dot, a backslash or anything but visible ASCII inside a label is <c>\DDD</c> (RFC 4343 §2.1), so that texts are
/// equal exactly when names are. Pure.
/// </summary>
internal static class DnsName
{
    // RFC 1035 §2.3.4
    public const int OctetLimit = 255;
    private const int LabelLimit = 63;

    /// <summary>More labels do not fit into 255 octets, so more pointers are no honest compression either.</summary>
    private const int PointerLimit = 127;

    private const int HeaderLength = 12;

    /// <summary>
    /// The normal form of a name, with A-labels for U-labels; false if the text is not a domain name. "." is the root,
    /// an empty text is no name.
    /// </summary>
    public static bool TryNormalize(string text, out string name)
    {
        name = "";
        if (text.Length is 0 or > OctetLimit * 4)
            return false;
        if (IsNormal(text))
        {
            name = text;
            return true;
        }
        if (!Ascii.IsValid(text) && !TryMakeAscii(ref text))
            return false;
        Span<byte> octets = stackalloc byte[OctetLimit];
        int at = 0;
        return TryWrite(text, octets, out int length) && TryRead(octets[..length], ref at, out name);
    }

    /// <summary>As nearly all names are: labels of small letters, digits, hyphens and underscores.</summary>
    private static bool IsNormal(ReadOnlySpan<char> text)
    {
        int label = 0;
        foreach (char letter in text)
        {
            bool isDot = letter == '.';
            bool isOther = !isDot && !char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter)
                && letter is not ('-' or '_');
            if (isOther || isDot && label == 0 || ++label > LabelLimit && !isDot)
                return false;
            if (isDot)
                label = 0;
        }
        // As octets a name has a length in front of each label, and the root: two more.
        return label > 0 && text.Length <= OctetLimit - 2;
    }

    /// <summary>A name in ASCII as octets, not compressed; with or without the final dot.</summary>
    public static bool TryWrite(ReadOnlySpan<char> name, Span<byte> octets, out int length)
    {
        length = 0;
        Span<byte> label = stackalloc byte[LabelLimit];
        if (name is ".")
            name = [];
        while (!name.IsEmpty)
        {
            // One octet is reserved for the root.
            if (!TryParseLabel(ref name, label, out int count) || count == 0 || length + 1 + count >= OctetLimit)
                return false;
            octets[length++] = (byte)count;
            label[..count].CopyTo(octets[length..]);
            length += count;
        }
        octets[length++] = 0;
        return true;
    }

    /// <summary>A name in a message, from <paramref name="at"/> on, which is moved behind it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int at, out string name)
    {
        name = "";
        var text = new StringBuilder();
        int from = at, lowest = at, end = -1, octets = 1, pointers = 0;
        while ((uint)from < (uint)message.Length)
        {
            int count = message[from];
            if (count == 0)
            {
                at = end < 0 ? from + 1 : end;
                name = text.ToString();
                return true;
            }
            if (count >= 0xc0)
            {
                // RFC 1035 §4.1.4: a pointer is to a prior occurrence. Each goes further back than all before it, so
                // there is no loop.
                if (from + 1 >= message.Length || ++pointers > PointerLimit)
                    return false;
                int target = ((count & 0x3f) << 8) | message[from + 1];
                if (target < HeaderLength || target >= lowest)
                    return false;
                end = end < 0 ? from + 2 : end;
                from = lowest = target;
                continue;
            }
            octets += 1 + count;
            if (count > LabelLimit || octets > OctetLimit || from + 1 + count > message.Length)
                return false;
            AppendLabel(message.Slice(from + 1, count), text);
            from += 1 + count;
        }
        return false;
    }

    /// <summary>Whether a name is another or below it.</summary>
    public static bool IsAtOrBelow(string name, string other)
        => other.Length == 0 || name == other || (name.Length > other.Length
            && name[name.Length - other.Length - 1] == '.' && name.EndsWith(other, StringComparison.Ordinal));

    private static void AppendLabel(ReadOnlySpan<byte> label, StringBuilder text)
    {
        if (text.Length > 0)
            text.Append('.');
        foreach (byte octet in label)
        {
            // RFC 4343 §3: case of ASCII letters alone is ignored.
            if (octet is > (byte)' ' and < 0x7f && octet is not ((byte)'.' or (byte)'\\'))
                text.Append(char.ToLowerInvariant((char)octet));
            else
                text.Append('\\').Append(octet.ToString("D3", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Parses a label and the dot behind it; false if it is too long or an escape in it is broken.</summary>
    private static bool TryParseLabel(ref ReadOnlySpan<char> name, scoped Span<byte> label, out int count)
    {
        count = 0;
        while (!name.IsEmpty && name[0] != '.')
        {
            if (count == LabelLimit || !TryParseOctet(ref name, out label[count]))
                return false;
            count++;
        }
        if (!name.IsEmpty)
            name = name[1..];
        return true;
    }

    /// <summary>
    /// RFC 1035 §5.1: <c>\DDD</c> is an octet, <c>\X</c> the character X. Blanks and controls only so.
    /// </summary>
    private static bool TryParseOctet(ref ReadOnlySpan<char> name, out byte octet)
    {
        int taken = 1;
        octet = (byte)name[0];
        bool isValid = name[0] is > ' ' and < '\x7f';
        if (octet == '\\')
        {
            bool isNumber = name.Length > 3 && char.IsAsciiDigit(name[1]);
            taken = isNumber ? 4 : 2;
            isValid = isNumber
                ? byte.TryParse(name[1..4], NumberStyles.None, CultureInfo.InvariantCulture, out octet)
                : name.Length > 1 && !char.IsAsciiDigit(name[1]);
            if (isValid && !isNumber)
                octet = (byte)name[1];
        }
        name = isValid ? name[taken..] : name;
        return isValid;
    }

    private static bool TryMakeAscii(ref string text)
    {
        var ascii = new StringBuilder();
        // RFC 3490 §3.1: dots of other scripts divide labels too.
        foreach (string label in text.Split('.', '\u3002', '\uff0e', '\uff61'))
        {
            if (Ascii.IsValid(label))
                ascii.Append(label);
            else if (!Punycode.TryEncode(label, ascii))
                return false;
            ascii.Append('.');
        }
        ascii.Length--;
        text = ascii.ToString();
        return true;
    }
}
