using System.Globalization;
using System.Text;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Serving;

/// <summary>
/// Tells a dialogue as a server has it, for people: "C: " before what the client said, "S: " before the answers. No
/// line of it has a secret, nor content: of content it says how long it was, and so of a line that is no command, for
/// it may be a password in a wrong place.
/// </summary>
internal abstract class ServerTrace(Action<string> tell)
{
    /// <summary>A longer answer is not kept whole.</summary>
    private const int KeptLimit = 4096;

    private readonly List<byte> _answer = [];
    private long _content;
    private long _skipped;
    private bool _isInSkippedLine;

    /// <summary>What the client's next octets are.</summary>
    protected enum Said
    {
        Command,
        /// <summary>A line of a login's exchange.</summary>
        Response,
        Content,
    }

    /// <summary>What is taken out; the same where a server repeats it.</summary>
    protected TraceRedaction Redaction { get; } = new();

    /// <summary>What comes next from the client.</summary>
    protected Said Next { get; set; }

    /// <summary>Octets of content that the command has announced; 0: none, or their number is not known.</summary>
    protected long Announced { get; set; }

    /// <summary>The answer is there, and announced content is not yet.</summary>
    protected bool IsAnsweredEarly { get; set; }

    /// <summary>How much of the input the session may have at once: more than it had.</summary>
    public int PieceOf(ReadOnlySpan<byte> input, int had)
    {
        if (Next == Said.Content && Announced > 0)
            return (int)Math.Min(input.Length, Math.Max(Announced, had + 1));
        int end = had < input.Length ? input[had..].IndexOf((byte)'\n') : -1;
        return end < 0 ? input.Length : had + end + 1;
    }

    /// <summary>The session has taken these octets.</summary>
    public void FromClient(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        if (Next == Said.Content)
        {
            _content += octets.Length;
            Announced = Math.Max(0, Announced - octets.Length);
            if (Announced == 0 && IsAnsweredEarly)
                (Next, IsAnsweredEarly) = (Said.Command, false);
            return;
        }
        TellContent();
        bool isEnd = octets[^1] == '\n';
        if (_isInSkippedLine || !isEnd || octets[..^1].Contains((byte)'\n'))
        {
            Skip(octets.Length, isEnd);
            return;
        }
        string line = Encoding.UTF8.GetString(octets.TrimEnd("\r\n"u8));
        tell("C: " + (Next == Said.Response ? Redaction.Response(line) : Command(line) ?? NoCommand(octets.Length)));
    }

    /// <summary>The session has answered.</summary>
    public void FromServer(ReadOnlySpan<byte> octets)
    {
        if (!octets.IsEmpty)
            TellContent();
        while (!octets.IsEmpty)
        {
            int end = octets.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end < 0 ? octets : octets[..(end + 1)];
            octets = octets[part.Length..];
            if (_answer.Count < KeptLimit)
                _answer.AddRange(part);
            else if (end >= 0)
                _answer.Add((byte)'\n');
            Counted(part.Length);
            if (end >= 0)
                EndAnswer();
        }
    }

    public void Closed()
    {
        TellContent();
        tell("closed");
    }

    /// <summary>A line of the client's as it may be shown; null: it is no command.</summary>
    protected abstract string? Command(string line);

    /// <summary>A line of the server's as it may be shown, without its end; null: not at all.</summary>
    protected abstract string? Answer(string line);

    /// <summary>So many octets of an answer have gone out.</summary>
    protected virtual void Counted(int octets)
    {
    }

    protected static string Octets(long count, string what)
        => string.Create(CultureInfo.InvariantCulture, $"({count} octets {what})");

    /// <summary>The first word, in capitals, and what follows the white space behind it.</summary>
    protected static string VerbOf(string line, out string argument)
    {
        string text = line.TrimStart();
        int end = 0;
        while (end < text.Length && !char.IsWhiteSpace(text[end]))
            end++;
        argument = text[end..].TrimStart();
        return text[..end].ToUpperInvariant();
    }

    private void TellContent()
    {
        if (_content > 0)
            tell("C: " + Octets(_content, "of content"));
        _content = 0;
    }

    private static string NoCommand(long octets) => Octets(octets, "that are no command");

    private void Skip(int octets, bool isEnd)
    {
        _skipped += octets;
        _isInSkippedLine = !isEnd;
        if (!isEnd)
            return;
        tell("C: " + NoCommand(_skipped));
        _skipped = 0;
    }

    private void EndAnswer()
    {
        string line = Encoding.UTF8.GetString([.. _answer]).TrimEnd('\r', '\n');
        _answer.Clear();
        if (Answer(line) is { } shown)
            tell("S: " + shown);
    }
}
