using MailModule.Lines;

namespace MailModule.Pop3.Client;

/// <summary>
/// Tells what is said in a dialogue: commands and the first lines of answers, of what follows these only how long it
/// was. Taken out is what nobody may read who reads a trace: the password of PASS, the digest of APOP, of AUTH all that
/// follows the mechanism, both parts of its exchange; and the same where a server repeats it.
/// </summary>
internal sealed class Pop3Trace(Action<TraceDirection, string> sink)
{
    private readonly SpokenSecrets _secrets = new();

    /// <summary>A command, without its line end.</summary>
    public void Command(string line) => sink(TraceDirection.Sent, Shown(line));

    /// <summary>The client's answer to a challenge, without its line end.</summary>
    public void Response(string line) => sink(TraceDirection.Sent, _secrets.Response(line));

    /// <summary>The first line of an answer.</summary>
    public void Answer(Pop3Reply reply) => sink(TraceDirection.Received,
        reply.Status != Pop3Status.Challenge ? _secrets.Hide(reply.Raw)
        : reply.Text.Length == 0 ? "+"
        : $"+ {SpokenSecrets.Mark}");

    /// <summary>What followed it, when all of it has come, or no more will.</summary>
    public void Content(long octets, bool isWhole)
        => Event(isWhole ? $"{octets} octets of content received"
            : $"{octets} octets of content received, which is not all of it");

    public void Event(string text) => sink(TraceDirection.Event, text);

    private string Shown(string line)
    {
        string plain = line.TrimStart(' ', '\t');
        int skipped = line.Length - plain.Length;
        int end = plain.AsSpan().IndexOfAny(' ', '\t');
        if (end < 0)
            return line;
        string verb = plain[..end].ToUpperInvariant();
        return verb switch
        {
            "PASS" => _secrets.Cut(line, skipped + end),
            "APOP" => _secrets.Cut(line, BehindName(line, skipped + end)),
            "AUTH" => _secrets.Login(line, SkipBlanks(line, skipped + end)),
            _ => line,
        };
    }

    // RFC 1939 §7: APOP name digest. What has no second word may be a digest in a wrong place.
    private static int BehindName(string line, int at)
    {
        int begin = SkipBlanks(line, at);
        int length = line.AsSpan(begin).IndexOfAny(' ', '\t');
        return length < 0 ? at : begin + length;
    }

    private static int SkipBlanks(string line, int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t')
            at++;
        return at;
    }
}
