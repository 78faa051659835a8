namespace MailModule.Lines;

/// <summary>
/// Secrets that a client has said on a connection, and that nobody may read who reads a trace: they are looked for in
/// what the server answers, which may repeat them. One owner.
/// </summary>
internal sealed class SpokenSecrets
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mark = "***";

    /// <summary>Secrets that are looked for in later answers: those of the last exchanges.</summary>
    private const int KeptLimit = 8;

    /// <summary>A shorter one stands in answers by chance.</summary>
    private const int KeptLength = 6;

    // RFC 4422 §3.1
    private const int MechanismLimit = 20;

    private readonly Queue<string> _said = new();

    /// <summary>
    /// What stays of the arguments of AUTH: the mechanism; what follows it is kept and taken out, and so is all of it
    /// where it does not begin with what looks like a mechanism.
    /// </summary>
    /// <param name="line">A command, without its line end.</param>
    /// <param name="begin">Where its arguments begin.</param>
    public string Login(string line, int begin)
    {
        int end = begin + MechanismLength(line.AsSpan(begin));
        return Cut(line, end);
    }

    /// <summary>The line up to there; what follows is kept and taken out.</summary>
    public string Cut(string line, int end)
    {
        if (line.AsSpan(end).Trim().IsEmpty)
            return line;
        KeepWords(line[end..]);
        return $"{line[..end].TrimEnd()} {Mark}";
    }

    /// <summary>The client's answer to a challenge. RFC 4954 §4, RFC 5034 §4: a single "*" cancels.</summary>
    public string Response(string line)
    {
        if (line is "*" or "")
            return line;
        KeepWords(line);
        return Mark;
    }

    /// <summary>What a server says, without the secrets that it repeats.</summary>
    public string Hide(string text)
    {
        // One may be the beginning of another.
        foreach (string secret in _said.OrderByDescending(secret => secret.Length))
            text = text.Replace(secret, Mark, StringComparison.Ordinal);
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
}
