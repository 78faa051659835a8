using System.Text;

namespace MailModule.Smtp;

/// <summary>
/// An SMTP reply (RFC 5321 §4.2): a code, an enhanced status code if there is one (RFC 3463), text lines. Immutable;
/// any thread.
/// </summary>
internal sealed class Reply
{
    private byte[]? _wire;

    /// <param name="code">200 to 599.</param>
    /// <param name="enhanced">Such as "5.7.1"; empty for none.</param>
    /// <param name="lines">At least one; CR, LF and other control characters are not allowed.</param>
    /// <exception cref="ArgumentException">One of these does not hold.</exception>
    public Reply(int code, string enhanced, params string[] lines)
    {
        if (code is < 200 or > 599)
            throw new ArgumentOutOfRangeException(nameof(code));
        if (lines.Length == 0 || lines.Any(HasControl) || HasControl(enhanced))
            throw new ArgumentException("a reply needs lines without control characters", nameof(lines));
        Code = code;
        Enhanced = enhanced;
        Lines = lines;
    }

    public int Code { get; }
    public string Enhanced { get; }

    /// <summary>Texts without code, enhanced code and line end.</summary>
    public IReadOnlyList<string> Lines { get; }

    public bool IsPositive => Code < 400;
    public bool IsTemporary => Code is >= 400 and < 500;

    /// <summary>The wire form, made once: every line with code, enhanced code and CRLF.</summary>
    public ReadOnlySpan<byte> Wire => _wire ??= Encode();

    /// <summary>Characters of <see cref="Join"/> with a separator of one.</summary>
    public int TextLength
    {
        get
        {
            int codes = 4 + (Enhanced.Length == 0 ? 0 : Enhanced.Length + 1);
            int length = Lines.Count - 1;
            for (int i = 0; i < Lines.Count; i++)
                length += codes + Lines[i].Length;
            return length;
        }
    }

    public override string ToString() => Join(" / ");

    /// <summary>Its lines, each with the codes in front.</summary>
    public string Join(string separator)
    {
        string codes = Enhanced.Length == 0 ? $"{Code} " : $"{Code} {Enhanced} ";
        return Lines.Count == 1 ? codes + Lines[0] : string.Join(separator, Lines.Select(line => codes + line));
    }

    private static bool HasControl(string text)
        => text.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 || text.Contains('\x7f', StringComparison.Ordinal);

    private byte[] Encode()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Lines.Count; i++)
        {
            // RFC 5321 §4.2.1: a hyphen follows the code on every line but the last
            text.Append(Code).Append(i == Lines.Count - 1 ? ' ' : '-');
            if (Enhanced.Length > 0)
                text.Append(Enhanced).Append(' ');
            text.Append(Lines[i]).Append("\r\n");
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
