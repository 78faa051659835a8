namespace MailModule.Smtp.Client;

/// <summary>
/// Takes out of the lines of a dialogue what nobody may read who reads a trace: of AUTH all that follows the mechanism,
/// the client's part of the exchange, the server's challenges; and the same where a server repeats it in its answer.
/// </summary>
internal sealed class TraceRedaction
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Secret = "***";

    /// <summary>Secrets that are looked for in later answers: those of the last exchanges.</summary>
    private const int KeptLimit = 8;

    /// <summary>A shorter one stands in answers by chance.</summary>
    private const int KeptLength = 6;

    // RFC 4422 §3.1
    private const int MechanismLimit = 20;

    private readonly Queue<string> _said = new();

    /// <summary>A command as it goes out, without its line end.</summary>
    public string Command(string line)
    {
        int verb = SkipBlanks(line, 0);
        int verbEnd = SkipWord(line, verb);
        if (!line.AsSpan(verb, verbEnd - verb).Equals("AUTH", StringComparison.OrdinalIgnoreCase))
            return line;
        int begin = SkipBlanks(line, verbEnd);
        int end = begin + MechanismLength(line.AsSpan(begin));
        if (line.AsSpan(end).Trim().IsEmpty)
            return line;
        KeepWords(line[end..]);
        return $"{line[..end].TrimEnd()} {Secret}";
    }

    /// <summary>The client's answer to a challenge. RFC 4954 §4: a single "*" cancels.</summary>
    public string Response(string line)
    {
        if (line is "*" or "")
            return line;
        KeepWords(line);
        return Secret;
    }

    /// <summary>One line of a reply, without its code.</summary>
    public string ReplyText(int code, string text)
    {
        if (code == 334)
            return text.Length == 0 ? "" : Secret;
        // One may be the beginning of another.
        foreach (string secret in _said.OrderByDescending(secret => secret.Length))
            text = text.Replace(secret, Secret, StringComparison.Ordinal);
        return text;
    }

    private void KeepWords(string text)
    {
        foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Length < KeptLength)
                continue;
            _said.Enqueue(word);
            if (_said.Count > KeptLimit)
                _said.Dequeue();
        }
    }

    /// <summary>
    /// RFC 4422 §3.1: upper-case letters, digits, hyphen, underscore; some write all of it in lower case. What looks
    /// otherwise may be a secret in a wrong place, and is none.
    /// </summary>
    private static int MechanismLength(ReadOnlySpan<char> text)
    {
        int length = text.IndexOfAny(' ', '\t') is >= 0 and var blank ? blank : text.Length;
        ReadOnlySpan<char> word = text[..length];
        bool isOneCase = !word.ContainsAnyInRange('a', 'z') || !word.ContainsAnyInRange('A', 'Z');
        foreach (char c in word)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return 0;
        return isOneCase && length <= MechanismLimit ? length : 0;
    }

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
