namespace MailModule.Mail;

/// <summary>Reverse-paths and forward-paths: a mailbox in angle brackets (RFC 5321 §4.1.2).</summary>
internal static class MailPath
{
    /// <summary>
    /// Takes a path from the front of <paramref name="text"/>: <c>&lt;&gt;</c> (then the address is
    /// <see cref="MailAddress.Null"/>), a mailbox or a bare postmaster, with or without a source route, which is
    /// dropped. Touches the text only on success.
    /// </summary>
    public static bool TryParse(scoped ref ReadOnlySpan<byte> text, bool utf8, out MailAddress address)
    {
        address = MailAddress.Null;
        int end = LengthToClosing(text);
        if (end < 0)
            return false;
        ReadOnlySpan<byte> inner = text[1..end];
        if (inner.Length > 0 && !(TrySkipRoute(ref inner) && MailAddress.TryParse(inner, utf8, out address)))
            return false;
        text = text[(end + 1)..];
        return true;
    }

    /// <summary>
    /// Takes a mailbox or a bare postmaster without brackets from the front of <paramref name="text"/>, up to a blank
    /// or the end. Without brackets there is neither a null path nor a source route. Touches the text only on success.
    /// </summary>
    public static bool TryParseBare(scoped ref ReadOnlySpan<byte> text, bool utf8, out MailAddress address)
    {
        int local = AddressGrammar.LocalPartLength(text);
        int blank = text[local..].IndexOf((byte)' ');
        int end = blank < 0 ? text.Length : local + blank;
        if (!MailAddress.TryParse(text[..end], utf8, out address))
            return false;
        text = text[end..];
        return true;
    }

    /// <summary>Where the bracket closes, which inside a quoted string it does not.</summary>
    private static int LengthToClosing(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != '<')
            return -1;
        bool quoted = false;
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '>' && !quoted)
                return i;
            if (text[i] == '"')
                quoted = !quoted;
            else if (text[i] == '\\' && quoted)
                i++;
        }
        return -1;
    }

    /// <summary>
    /// RFC 5321 §4.1.1.3 and appendix C: a source route "@a,@b:" must be accepted and should be ignored.
    /// </summary>
    private static bool TrySkipRoute(ref ReadOnlySpan<byte> path)
    {
        if (path[0] != '@')
            return true;
        int colon = path.IndexOf((byte)':');
        if (colon < 0 || !IsRoute(path[..colon]))
            return false;
        path = path[(colon + 1)..];
        return true;
    }

    private static bool IsRoute(ReadOnlySpan<byte> route)
    {
        while (true)
        {
            int comma = route.IndexOf((byte)',');
            ReadOnlySpan<byte> hop = comma < 0 ? route : route[..comma];
            if (hop.IsEmpty || hop[0] != '@' || !AddressGrammar.IsDomain(hop[1..]))
                return false;
            if (comma < 0)
                return true;
            route = route[(comma + 1)..];
        }
    }
}
