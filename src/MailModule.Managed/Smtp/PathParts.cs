using System.Text;

namespace MailModule.Smtp;

/// <summary>
/// What stands around the address in the argument of MAIL or RCPT, once that is known to be good: the source route
/// (RFC 5321 appendix C) and the parameters, as the client wrote them.
/// </summary>
/// <param name="Route">Its hosts.</param>
internal readonly record struct PathParts(IReadOnlyList<string> Route, string Parameters)
{
    /// <param name="argument">With its "FROM:" or "TO:".</param>
    public static PathParts Of(ReadOnlySpan<byte> argument)
    {
        argument = argument[(argument.IndexOf((byte)':') + 1)..].TrimStart((byte)' ');
        if (argument.IsEmpty || argument[0] != '<')
            return new PathParts([], TextOf(argument[EndOf(argument, (byte)' ')..]));
        ReadOnlySpan<byte> path = argument[..EndOf(argument, (byte)'>')];
        ReadOnlySpan<byte> rest = argument[path.Length..].TrimStart((byte)'>');
        bool hasRoute = path.Length > 1 && path[1] == '@' && path.Contains((byte)':');
        return new PathParts(hasRoute ? HostsOf(path[1..path.IndexOf((byte)':')]) : [], TextOf(rest));
    }

    /// <summary>Where the path ends, which inside a quoted string it does not.</summary>
    private static int EndOf(ReadOnlySpan<byte> text, byte end)
    {
        bool isQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == end && !isQuoted)
                return i;
            if (text[i] == '"')
                isQuoted = !isQuoted;
            else if (text[i] == '\\' && isQuoted)
                i++;
        }
        return text.Length;
    }

    private static string[] HostsOf(ReadOnlySpan<byte> route)
        => [.. TextOf(route).Split(',').Select(static hop => hop.TrimStart('@'))];

    private static string TextOf(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets.Trim((byte)' '));
}
