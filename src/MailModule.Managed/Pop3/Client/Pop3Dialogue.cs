using System.Text;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Pop3.Client;

/// <summary>What <see cref="Pop3Dialogue.Read"/> found.</summary>
internal enum Pop3Read
{
    NeedMore,
    Reply,
    /// <summary>No answer will come any more, see <see cref="Pop3Dialogue.End"/>.</summary>
    Ended,
}

/// <summary>
/// POP3 from the client's side (RFC 1939): commands out, answers in. It knows which answers are to come in which order,
/// which of them have many lines, and what an answer opens (lines, TLS, a login's exchange). Which commands are said,
/// and what a refusal means, is its caller's matter, and so is every wait (decision 0020). Pure: what is said goes to
/// an <see cref="Output"/> that the caller sends. One thread at a time.
/// </summary>
internal sealed class Pop3Dialogue
{
    private enum Mode : byte
    {
        Commands,
        /// <summary>STLS was granted.</summary>
        Handshake,
        /// <summary>The server waits for the response to a challenge.</summary>
        Challenge,
        /// <summary>Lines follow the first of an answer.</summary>
        Content,
        Ended,
    }

    /// <summary>
    /// Octets of the first line of an answer: RFC 2449 §4 gives it 512, RFC 5034 §4 a challenge 65,536.
    /// </summary>
    public const int AnswerLimit = 65_536 + 2;

    /// <summary>RFC 2449 §4: octets of a command without its line end.</summary>
    public const int CommandLimit = Pop3Command.LineLimit - 2;

    private const int ShownOctets = 80;

    private readonly Queue<(AnswerTo To, Pop3AnswerForm Form)> _awaited = new();
    private MessageReader _content;
    private Mode _mode;

    /// <summary>Begins with the wait for the greeting.</summary>
    public Pop3Dialogue() => _awaited.Enqueue((AnswerTo.Greeting, Pop3AnswerForm.OneLine));

    /// <summary>Hears of all that is said; null: nobody does.</summary>
    public Pop3Trace? Trace { get; init; }

    /// <summary>As the caller has read them; behind STLS they are unknown (RFC 2595 §4).</summary>
    public Pop3Capabilities Capabilities { get; set; } = Pop3Capabilities.Unknown;

    /// <summary>Of the greeting, with its angle brackets, for APOP (RFC 1939 §7); empty: it has none.</summary>
    public string Stamp { get; private set; } = "";

    /// <summary>Answers that are still to come.</summary>
    public int Awaited => _awaited.Count;

    /// <summary>What the next answer is for; null: none is awaited.</summary>
    public AnswerTo? Next => _awaited.TryPeek(out (AnswerTo To, Pop3AnswerForm) next) ? next.To : null;

    /// <summary>What the last answer was for; what lines that are to be read belong to.</summary>
    public AnswerTo Answered { get; private set; }

    /// <summary>Nothing was said yet: the server has the first word.</summary>
    public bool AwaitsGreeting => Next == AnswerTo.Greeting;

    /// <summary>Lines of an answer are to be read by <see cref="ReadContent"/>, before anything else.</summary>
    public bool IsInContent => _mode == Mode.Content;

    /// <summary>
    /// STLS was granted: the caller runs the handshake, drops what the server sent before it, and calls
    /// <see cref="TlsStarted"/>.
    /// </summary>
    public bool IsInHandshake => _mode == Mode.Handshake;

    /// <summary>The server waits for <see cref="Respond"/>.</summary>
    public bool IsChallenged => _mode == Mode.Challenge;

    /// <summary>
    /// A command may be said, perhaps with others before it unanswered (RFC 2449 §6.6: none behind one that changes how
    /// the connection is spoken on).
    /// </summary>
    public bool MaySayMore => _mode is Mode.Commands or Mode.Content
        && !_awaited.Any(one => one.To is AnswerTo.Greeting or AnswerTo.Stls or AnswerTo.Auth or AnswerTo.Quit);

    /// <summary>Messages are marked, which a QUIT that is answered deletes.</summary>
    public bool HasDeletions { get; private set; }

    /// <summary>Null before the dialogue has ended.</summary>
    public Pop3End? End { get; private set; }

    /// <summary>Says a command.</summary>
    /// <param name="line">Without its end, and without CR, LF and NUL; not longer than the limit.</param>
    /// <param name="form">Of its answer, if that is positive.</param>
    public void Say(string line, Pop3AnswerForm form, Output output)
    {
        Trace?.Command(line);
        output.Write(line);
        output.Write("\r\n"u8);
        _awaited.Enqueue((MeaningOf(line), form));
    }

    /// <summary>Answers a challenge (RFC 5034 §4).</summary>
    /// <param name="response">In base64; empty for no octets; "*" cancels.</param>
    public void Respond(string response, Output output)
    {
        Trace?.Response(response);
        output.Write(response);
        output.Write("\r\n"u8);
        _mode = Mode.Commands;
        _awaited.Enqueue((AnswerTo.Auth, Pop3AnswerForm.OneLine));
    }

    /// <summary>
    /// Takes the first line of one answer from the front of the input; not while lines of the last are to be read.
    /// </summary>
    /// <param name="input">What the server has sent, from where the last call left it.</param>
    public Pop3Read Read(ref ReadOnlySpan<byte> input, out Pop3Reply reply)
    {
        reply = Pop3Reply.None;
        if (_mode == Mode.Ended)
            return Pop3Read.Ended;
        if (_mode == Mode.Content)
            throw new InvalidOperationException("lines of the last answer are to be read");
        if (input.IsEmpty)
            return Pop3Read.NeedMore;
        // Nothing else begins an answer. What is of another protocol, and binary, may never have a line end.
        if (input[0] is not ((byte)'+' or (byte)'-'))
            return NoAnswer(input);
        int end = input.IndexOf((byte)'\n');
        if (end < 0 ? input.Length > AnswerLimit : end > AnswerLimit)
            return Finish(Fault.Protocol, null, "the server's answer has no end");
        if (end < 0)
            return _awaited.Count > 0 || input[0] == '-' ? Pop3Read.NeedMore : Early(null);
        ReadOnlySpan<byte> line = input[..end];
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        if (!Pop3Reply.TryParse(line, Next == AnswerTo.Auth, out reply))
            return NoAnswer(line);
        input = input[(end + 1)..];
        Trace?.Answer(reply);
        return Take(reply, line);
    }

    /// <summary>Takes lines of an answer from the front of the input.</summary>
    /// <param name="isEnd">The answer is whole.</param>
    /// <returns>Octets written.</returns>
    public int ReadContent(ref ReadOnlySpan<byte> input, Span<byte> into, out bool isEnd)
    {
        isEnd = _mode != Mode.Content;
        if (isEnd)
            return 0;
        int count = _content.Read(ref input, into);
        isEnd = _content.AtEnd;
        if (isEnd)
        {
            Trace?.Content(_content.Octets, isWhole: true);
            _mode = Mode.Commands;
        }
        return count;
    }

    /// <summary>The handshake is over. RFC 2595 §4: what the server told before TLS does not count.</summary>
    public void TlsStarted()
    {
        _mode = Mode.Commands;
        Capabilities = Pop3Capabilities.Unknown;
    }

    /// <summary>
    /// The connection is lost, or of no use any more. RFC 1939 §6: a QUIT that has nothing to delete has nothing to
    /// lose, and a server that closes instead of answering it is as good.
    /// </summary>
    public void Closed(Fault fault, string text, Pop3Reply? reply = null)
    {
        if (_mode == Mode.Content)
            Trace?.Content(_content.Octets, isWhole: false);
        bool isQuit = Next == AnswerTo.Quit && !HasDeletions && _mode == Mode.Commands;
        Finish(isQuit && fault == Fault.Closed ? Fault.None : fault, reply, text);
    }

    private Pop3Read Take(Pop3Reply reply, ReadOnlySpan<byte> line)
    {
        if (!_awaited.TryDequeue(out (AnswerTo To, Pop3AnswerForm Form) answered))
            return reply.Status == Pop3Status.Err ? Finish(Fault.Closed, reply) : Early(reply);
        Answered = answered.To;
        bool isOk = reply.Status == Pop3Status.Ok;
        switch (answered.To)
        {
            case AnswerTo.Greeting when isOk:
                Stamp = StampIn(line);
                break;
            case AnswerTo.Stls when isOk:
                _mode = Mode.Handshake;
                break;
            case AnswerTo.Auth when reply.Status == Pop3Status.Challenge:
                _mode = Mode.Challenge;
                break;
            case AnswerTo.Delete when isOk:
                HasDeletions = true;
                break;
            case AnswerTo.Reset when isOk:
                HasDeletions = false;
                break;
            case AnswerTo.Quit:
                Finish(Fault.None, null);
                break;
        }
        if (isOk && answered.Form == Pop3AnswerForm.ManyLines && _mode == Mode.Commands)
        {
            _content = new MessageReader();
            _mode = Mode.Content;
        }
        return Pop3Read.Reply;
    }

    private Pop3Read Early(Pop3Reply? reply)
        => Finish(Fault.Protocol, reply, "the server answered before it was asked");

    private Pop3Read NoAnswer(ReadOnlySpan<byte> line)
    {
        int end = line.IndexOfAny((byte)'\r', (byte)'\n');
        line = end < 0 ? line : line[..end];
        string words = Encoding.UTF8.GetString(line[..Math.Min(line.Length, ShownOctets)]);
        words = string.Concat(words.Select(c => char.IsControl(c) ? '?' : c));
        return Finish(Fault.Protocol, null, $"what the server says is no answer of POP3: \"{words}\"");
    }

    /// <summary>The first end is the one that counts.</summary>
    private Pop3Read Finish(Fault fault, Pop3Reply? reply, string text = "")
    {
        _mode = Mode.Ended;
        End ??= new Pop3End(fault, reply, text);
        return Pop3Read.Ended;
    }

    private static AnswerTo MeaningOf(string line)
    {
        string[] words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? AnswerTo.Other : words[0].ToUpperInvariant() switch
        {
            "CAPA" => AnswerTo.Capa,
            "STLS" => AnswerTo.Stls,
            "USER" or "PASS" or "APOP" => AnswerTo.Login,
            "AUTH" when words.Length > 1 => AnswerTo.Auth,
            "RETR" or "TOP" => AnswerTo.Message,
            "DELE" => AnswerTo.Delete,
            "RSET" => AnswerTo.Reset,
            "QUIT" => AnswerTo.Quit,
            _ => AnswerTo.Other,
        };
    }

    // RFC 1939 §7: the stamp has the form of a message-id. One that has other octets may be made to find the password
    // out by (collisions of MD5), and is none.
    private static string StampIn(ReadOnlySpan<byte> line)
    {
        int begin = line.IndexOf((byte)'<');
        int length = begin < 0 ? -1 : line[begin..].IndexOf((byte)'>') + 1;
        if (length <= 0)
            return "";
        ReadOnlySpan<byte> stamp = line.Slice(begin, length);
        int at = stamp.IndexOf((byte)'@');
        bool isGood = at > 1 && at < stamp.Length - 2 && !stamp.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E)
            && stamp[1..].IndexOf((byte)'<') < 0;
        return isGood ? Encoding.ASCII.GetString(stamp) : "";
    }
}
