namespace MailModule.Lines;

/// <summary>
/// Tells what cannot come from a mail client: a browser that a web page sends to a mail port (its request's body may be
/// commands), TLS or another binary protocol where lines are due. Whoever hears it closes at once.
/// </summary>
internal static class OtherProtocol
{
    // RFC 9110 §9, the preface of HTTP/2 and one of WebDAV; of the rest the version at the end of the line tells.
    private static readonly VerbTable<string> s_methods = new(
        ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PRI", "PROPFIND", "PUT", "TRACE"],
        method => method);

    /// <summary>
    /// The octets at the beginning of a line, be it whole or not, are no text: a TLS or SSL hello, SOCKS, and the like.
    /// </summary>
    public static bool IsBinary(ReadOnlySpan<byte> line)
        => !line.IsEmpty
            && (line[0] >= 0x7F || (line[0] < ' ' && line[0] is not ((byte)'\t' or (byte)'\r' or (byte)'\n')));

    /// <summary>A line that is no command is binary, a request, or a header field.</summary>
    public static bool IsSpokenIn(ReadOnlySpan<byte> line) => IsBinary(line) || IsRequest(line) || IsHeaderField(line);

    private static bool IsRequest(ReadOnlySpan<byte> line)
    {
        int end = line.IndexOf((byte)' ');
        if (s_methods.Find(end < 0 ? line : line[..end]) is not null)
            return true;
        ReadOnlySpan<byte> last = line[(line.LastIndexOf((byte)' ') + 1)..].TrimEnd((byte)'\r');
        return end >= 0 && IsVersion(last);
    }

    /// <summary>Letters, a slash, and a number, as in "HTTP/1.1".</summary>
    private static bool IsVersion(ReadOnlySpan<byte> word)
    {
        int slash = word.IndexOf((byte)'/');
        return slash > 0 && word[..slash].IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0
            && word.Length > slash + 1 && word[(slash + 1)..].IndexOfAnyExcept("0123456789."u8) < 0;
    }

    // RFC 5322 §2.2: a field's name is printable ASCII without blank and colon. "MAILFROM:<…" is a command misspelt.
    private static bool IsHeaderField(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        if (colon < 0 || line[(colon + 1)..].StartsWith("<"u8))
            return false;
        ReadOnlySpan<byte> name = line[..colon].TrimEnd(" \t"u8);
        return !name.IsEmpty && name.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;
    }
}
