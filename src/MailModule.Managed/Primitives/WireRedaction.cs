namespace MailModule.Primitives;

/// <summary>
/// Takes the secrets out of the lines of one SMTP or POP3 connection before they go to a log: what AUTH, PASS and APOP carry, and every line a client
/// answers to a challenge. When in doubt it hides. One for each connection; one thread at a time.
/// </summary>
public sealed class WireRedaction
{
    private const string Hidden = "***";
    private static readonly char[] s_blanks = [' ', '\t'];

    private bool _inExchange;

    /// <summary>A line of the client, as it may be shown.</summary>
    public string Client(string line)
    {
        if (_inExchange)
            return line == "*" ? line : Hidden;
        string[] words = line.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            return line;
        switch (words[0].ToUpperInvariant())
        {
            // RFC 4954 §4, RFC 5034 §4: the lines after AUTH answer challenges until the server gives its verdict.
            case "AUTH":
                _inExchange = words.Length > 1;
                return Show(words, 2);
            case "PASS":
                return Show(words, 1);
            case "APOP":
                return Show(words, 2);
            default:
                return line;
        }
    }

    /// <summary>A line of the server, as it may be shown; a challenge is hidden too.</summary>
    public string Server(string line)
    {
        if (!_inExchange)
            return line;
        string? mark = line.StartsWith("334", StringComparison.Ordinal) ? "334" : line is "+" || line.StartsWith("+ ", StringComparison.Ordinal) ? "+" : null;
        _inExchange = mark is not null;
        return mark is null ? line : $"{mark} {Hidden}";
    }

    private static string Show(string[] words, int count)
        => words.Length > count ? string.Join(' ', words[..count]) + " " + Hidden : string.Join(' ', words);
}
