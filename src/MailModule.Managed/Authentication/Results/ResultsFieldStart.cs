using System.Text;
using MailModule.Dns;

namespace MailModule.Authentication.Results;

/// <summary>
/// Tells by the beginning of a header field whether it is an Authentication-Results field of ours: its name, comments
/// and folds, its authserv-id (RFC 8601 §2.2, §2.5). A pure function of its octets, the same for every way to cut them.
/// </summary>
internal sealed class ResultsFieldStart
{
    private static ReadOnlySpan<byte> Name => "Authentication-Results"u8;

    private readonly List<string> _ids;

    /// <param name="ids">Our authserv-ids; case and A- or U-labels do not matter.</param>
    public ResultsFieldStart(IEnumerable<string> ids) => _ids = [.. ids.Select(Normal)];

    /// <param name="text">From the first octet of the field on.</param>
    /// <param name="isWhole">There is no more of it.</param>
    public FieldOwner OwnerOf(ReadOnlySpan<byte> text, bool isWhole)
    {
        int compared = Math.Min(text.Length, Name.Length);
        if (!Ascii.EqualsIgnoreCase(text[..compared], Name[..compared]))
            return FieldOwner.Other;
        int at = compared;
        // RFC 5322 §4.5: white space before the colon is old, and still read.
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t')
            at++;
        if (at == text.Length)
            return isWhole ? FieldOwner.Other : FieldOwner.Undecided;
        return text[at] == ':' ? OwnerOfValue(text[(at + 1)..], isWhole) : FieldOwner.Other;
    }

    private FieldOwner OwnerOfValue(ReadOnlySpan<byte> text, bool isWhole)
    {
        FieldOwner atEnd = isWhole ? FieldOwner.Ours : FieldOwner.Undecided;
        if (!TrySkipBlanks(ref text, out bool isOver))
            return isOver ? FieldOwner.Ours : atEnd;
        int length = IdLength(text, isWhole);
        if (length < 0)
            return atEnd;
        string id = text[0] == '"' ? Unquote(text[..length]) : Encoding.UTF8.GetString(text[..length]);
        return length == 0 || _ids.Contains(Normal(id)) ? FieldOwner.Ours : FieldOwner.Other;
    }

    /// <summary>
    /// Skips blanks, folds and comments. False where the text ends meanwhile, or the field does
    /// (<paramref name="isOver"/>).
    /// </summary>
    private static bool TrySkipBlanks(ref ReadOnlySpan<byte> text, out bool isOver)
    {
        int depth = 0;
        isOver = false;
        while (!text.IsEmpty)
        {
            int taken = Math.Max(1, LineEndLength(text));
            if (text[0] is (byte)'\r' or (byte)'\n')
            {
                // What follows a line end tells whether the field goes on; behind a CR an LF may come.
                if (taken == text.Length)
                    return false;
                isOver = text[taken] is not ((byte)' ' or (byte)'\t');
            }
            else if (depth > 0 && IsPair(text))
                taken = Math.Min(2, text.Length);
            else if (text[0] is (byte)'(' or (byte)')')
                depth += text[0] == '(' ? 1 : -1;
            else if (depth == 0 && text[0] is not ((byte)' ' or (byte)'\t'))
                return true;
            // A parenthesis without its beginning is no id.
            isOver |= depth < 0;
            if (isOver)
                return false;
            text = text[taken..];
        }
        return false;
    }

    /// <summary>
    /// Up to what cannot be in an id (RFC 2045 §5.1); a quoted-string whole. 0 where the field ends within that; -1:
    /// more octets are needed.
    /// </summary>
    private static int IdLength(ReadOnlySpan<byte> text, bool isWhole)
    {
        if (text[0] != '"')
        {
            int end = text.IndexOfAny(" \t\r\n;()<>@,:\\\"/[]?="u8);
            return end >= 0 ? end : isWhole ? text.Length : -1;
        }
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return i + 1;
            int end = i + LineEndLength(text[i..]);
            if (end > i && end < text.Length && text[end] is not ((byte)' ' or (byte)'\t'))
                return 0;
            i = end > i ? end - 1 : IsPair(text[i..]) ? i + 1 : i;
        }
        return -1;
    }

    private static int LineEndLength(ReadOnlySpan<byte> text)
        => text.StartsWith("\r\n"u8) ? 2 : text[0] is (byte)'\r' or (byte)'\n' ? 1 : 0;

    /// <summary>A quoted-pair: no backslash keeps a line from ending.</summary>
    private static bool IsPair(ReadOnlySpan<byte> text)
        => text[0] == '\\' && (text.Length == 1 || LineEndLength(text[1..]) == 0);

    private static string Unquote(ReadOnlySpan<byte> text)
    {
        var plain = new StringBuilder();
        string quoted = Encoding.UTF8.GetString(text);
        for (int i = 1; i < quoted.Length && quoted[i] != '"'; i++)
        {
            if (quoted[i] == '\\' && i + 1 < quoted.Length)
                i++;
            if (quoted[i] is not ('\r' or '\n'))
                plain.Append(quoted[i]);
        }
        return plain.ToString();
    }

    private static string Normal(string id)
        => DnsName.TryNormalize(id.Trim(), out string name) ? name : id.Trim().ToLowerInvariant();
}
