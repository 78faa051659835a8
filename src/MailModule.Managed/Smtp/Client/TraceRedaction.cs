using MailModule.Lines;

namespace MailModule.Smtp.Client;

/// <summary>
/// Takes out of the lines of a dialogue what nobody may read who reads a trace: of AUTH all that follows the mechanism,
/// the client's part of the exchange, the server's challenges; and the same where a server repeats it in its answer.
/// </summary>
internal sealed class TraceRedaction
{
    private readonly SpokenSecrets _secrets = new();

    /// <summary>A command as it goes out, without its line end.</summary>
    public string Command(string line)
    {
        int verb = SkipBlanks(line, 0);
        int verbEnd = SkipWord(line, verb);
        return line.AsSpan(verb, verbEnd - verb).Equals("AUTH", StringComparison.OrdinalIgnoreCase)
            ? _secrets.Login(line, SkipBlanks(line, verbEnd))
            : line;
    }

    /// <summary>The client's answer to a challenge.</summary>
    public string Response(string line) => _secrets.Response(line);

    /// <summary>One line of a reply, without its code.</summary>
    public string ReplyText(int code, string text)
        => code != 334 ? _secrets.Hide(text) : text.Length == 0 ? "" : SpokenSecrets.Mark;

    private static int SkipBlanks(string line, int at)
    {
        while (at < line.Length && char.IsWhiteSpace(line[at]))
            at++;
        return at;
    }

    private static int SkipWord(string line, int at)
    {
        while (at < line.Length && !char.IsWhiteSpace(line[at]))
            at++;
        return at;
    }
}
