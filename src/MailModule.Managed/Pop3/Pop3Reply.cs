using System.Text;

namespace MailModule.Pop3;

/// <summary>
/// The first line of an answer (RFC 1939 §3). Control characters in it are "?", octets that are not UTF-8 are U+FFFD,
/// so it may be logged and passed on. Immutable.
/// </summary>
/// <param name="Code">
/// The response code (RFC 2449 §8) as it came, without its brackets; case does not count. Empty: there is none.
/// </param>
/// <param name="Text">What stands behind status and code, without the blanks around it; a challenge in base64.</param>
/// <param name="Raw">The line as it came, without its end.</param>
public sealed record Pop3Reply(Pop3Status Status, string Code, string Text, string Raw)
{
    public static readonly Pop3Reply None = new(Pop3Status.None, "", "", "");

    // RFC 3206 §4; RFC 2449 §8.1.2 and §8.1.1
    private static readonly string[] s_temporary = ["SYS/TEMP", "IN-USE", "LOGIN-DELAY"];

    /// <summary>
    /// It is refused for now, through nobody's fault: the server says that the same may succeed later.
    /// </summary>
    public bool IsTemporary => Status == Pop3Status.Err && s_temporary.Any(HasCode);

    /// <summary>Whether the response code is this one, or one below it (RFC 2449 §8 has levels between slashes).
    /// </summary>
    public bool HasCode(string code)
        => Code.StartsWith(code, StringComparison.OrdinalIgnoreCase)
            && (Code.Length == code.Length || Code[code.Length] == '/');

    /// <summary>
    /// False: it is no answer of POP3. Servers that are not strict are understood: the case of a status does not count,
    /// nor does what stands right behind it, if that does not make another word of it.
    /// </summary>
    /// <param name="line">Without its end.</param>
    /// <param name="inLogin">A "+" alone, or with a blank behind it, is a challenge (RFC 5034 §4).</param>
    internal static bool TryParse(ReadOnlySpan<byte> line, bool inLogin, out Pop3Reply reply)
    {
        ReadOnlySpan<byte> rest = line;
        Pop3Status status = TakeStatus(ref rest, inLogin);
        if (status == Pop3Status.None)
        {
            reply = None;
            return false;
        }
        rest = rest.Trim(" \t"u8);
        ReadOnlySpan<byte> code = status == Pop3Status.Challenge ? default : TakeCode(ref rest);
        reply = new Pop3Reply(status, Encoding.ASCII.GetString(code), Decode(rest), Decode(line));
        return true;
    }

    private static Pop3Status TakeStatus(ref ReadOnlySpan<byte> line, bool inLogin)
    {
        Pop3Status status = Is(line, "+OK"u8) ? Pop3Status.Ok
            : Is(line, "-ERR"u8) ? Pop3Status.Err
            : inLogin && (line.SequenceEqual("+"u8) || line.StartsWith("+ "u8)) ? Pop3Status.Challenge
            : Pop3Status.None;
        int length = status switch
        {
            Pop3Status.Ok => "+OK"u8.Length,
            Pop3Status.Err => "-ERR"u8.Length,
            Pop3Status.Challenge => 1,
            _ => 0,
        };
        line = line[length..];
        return status;
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> status)
        => line.Length >= status.Length && Ascii.EqualsIgnoreCase(line[..status.Length], status)
            && (line.Length == status.Length || !char.IsAsciiLetterOrDigit((char)line[status.Length]));

    // RFC 2449 §8: resp-code = "[" resp-level *("/" resp-level) "]". What is none is text.
    private static ReadOnlySpan<byte> TakeCode(ref ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)']');
        if (end < 2 || text[0] != '[')
            return default;
        ReadOnlySpan<byte> code = text[1..end];
        if (code.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E)
            || code[0] == '/' || code[^1] == '/' || code.IndexOf("//"u8) >= 0)
            return default;
        text = text[(end + 1)..].TrimStart(" \t"u8);
        return code;
    }

    private static string Decode(ReadOnlySpan<byte> octets)
    {
        string text = Encoding.UTF8.GetString(octets);
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
    }
}
