using System.Text;

namespace MailModule.Pop3.Client;

/// <summary>One line of the answer to LIST or UIDL (RFC 1939 §5 and §7).</summary>
/// <param name="Number">Of the message; 0: there is no line any more.</param>
/// <param name="Octets">Of the message; 0 with UIDL.</param>
/// <param name="Id">Of the message; empty with LIST.</param>
public readonly record struct ListLine(int Number, long Octets, string Id)
{
    /// <summary>What is longer is no unique id: RFC 1939 §7 gives it 70, and some servers give more.</summary>
    private const int IdLimit = 1000;

    /// <summary>
    /// False: it is none. More words may follow (RFC 1939 §5, of LIST). Blanks before and between may be several.
    /// </summary>
    /// <param name="line">Without its end; of one message's listing, what stands behind the status.</param>
    internal static bool TryParse(ReadOnlySpan<byte> line, bool isUidl, out ListLine parsed)
    {
        parsed = default;
        line = line.Trim(" \t"u8);
        if (!TryTakeNumber(ref line, out long number) || number is < 1 or > int.MaxValue)
            return false;
        if (isUidl)
        {
            ReadOnlySpan<byte> id = TakeWord(ref line);
            if (id.IsEmpty || id.Length > IdLimit || id.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
                return false;
            parsed = new ListLine((int)number, 0, Encoding.ASCII.GetString(id));
            return true;
        }
        if (!TryTakeNumber(ref line, out long octets))
            return false;
        parsed = new ListLine((int)number, octets, "");
        return true;
    }

    /// <summary>What STAT is answered by (RFC 1939 §5): how many messages, and their octets.</summary>
    internal static bool TryParseTotals(string text, out int count, out long octets)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        octets = 0;
        bool isGood = TryTakeNumber(ref rest, out long messages) && messages <= int.MaxValue
            && TryTakeNumber(ref rest, out octets);
        count = isGood ? (int)messages : 0;
        octets = isGood ? octets : 0;
        return isGood;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<byte> line, out long number)
    {
        number = 0;
        ReadOnlySpan<byte> word = TakeWord(ref line);
        if (word.IsEmpty || word.Length > 18 || word.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        foreach (byte digit in word)
            number = number * 10 + (digit - '0');
        return true;
    }

    private static ReadOnlySpan<byte> TakeWord(ref ReadOnlySpan<byte> line)
    {
        line = line.TrimStart(" \t"u8);
        int length = line.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> word = length < 0 ? line : line[..length];
        line = line[word.Length..];
        return word;
    }
}
