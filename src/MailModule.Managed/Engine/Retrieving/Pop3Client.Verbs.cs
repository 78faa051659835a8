using System.Globalization;
using System.Text;
using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Retrieving;

// What a client says, and what it hears. Each verb sends its command and waits for the answer, which is in Status.
public sealed partial class Pop3Client
{
    // What a server may tell in an answer to CAPA; RFC 2449 §6 and the registry have some twenty.
    private const int CapabilityLimit = 1000;

    /// <summary>Says CAPA, and learns what the server offers.</summary>
    public Fault Capa()
    {
        Fault fault = Say("CAPA", Pop3AnswerForm.ManyLines);
        if (fault != Fault.None || _talk is null)
            return fault;
        if (Status != Pop3Status.Ok)
        {
            _talk.Pop3.Capabilities = Pop3Capabilities.None;
            return fault;
        }
        var lines = new List<string>();
        _talk.BeginLines(Listing.None);
        while (true)
        {
            fault = _talk.ReadLine(out ReadOnlySpan<byte> line, out bool isEnd);
            if (fault == Fault.None && lines.Count > CapabilityLimit)
                fault = _talk.Break("the server's answer to CAPA has no end");
            if (fault != Fault.None)
                return Lose(fault);
            if (isEnd)
                break;
            lines.Add(Shown(line));
        }
        _talk.Pop3.Capabilities = new Pop3Capabilities(lines);
        return Fault.None;
    }

    /// <summary>After +OK the server waits for a handshake.</summary>
    public Fault Stls() => Say("STLS");

    /// <summary>Logs in by what is best, and by the next where the server does not take that.</summary>
    public Fault Login(string user, string password, Pop3LoginLimits limits)
        => Pop3ClientLogin.RunBest(this, user, password, limits);

    public Fault User(string name) => SayText("USER", name, "name");

    /// <summary><see cref="Fault.Tls"/>: not in clear text.</summary>
    public Fault Pass(string password)
    {
        Fault fault = CheckClear("PASS");
        return fault == Fault.None ? SayText("PASS", password, "password") : fault;
    }

    public Fault Apop(string user, string password)
    {
        Fault fault = CheckClear("APOP");
        return fault == Fault.None ? Pop3ClientLogin.Apop(this, user, password) : fault;
    }

    /// <inheritdoc/>
    public override Fault AuthRespond(string response)
    {
        Fault fault = CheckText(response, "response");
        if (fault == Fault.None)
            fault = CheckOpen();
        if (fault != Fault.None)
            return fault;
        if (!_talk!.Pop3.IsChallenged)
            return FaultReason.Because(Fault.State, "the server has not sent a challenge");
        Verb = "AUTH";
        _talk.Pop3.Respond(response, _talk.Output);
        return Ask(out _);
    }

    /// <summary>RFC 6856 §2.</summary>
    public Fault Utf8() => Say("UTF8");

    /// <param name="tag">Null: which there are, which <see cref="Read"/> gives (RFC 6856 §3).</param>
    public Fault Lang(string? tag)
        => tag is null ? Say("LANG", Pop3AnswerForm.ManyLines) : SayText("LANG", tag, "tag");

    public Fault Stat(out int count, out long octets)
    {
        (count, octets) = (0, 0);
        Fault fault = Say("STAT");
        if (fault != Fault.None || Status != Pop3Status.Ok)
            return fault;
        // An answer that is whole, and says something else, leaves the connection as it is.
        return ListLine.TryParseTotals(Heard.Reply.Text, out count, out octets)
            ? Fault.None
            : FaultReason.Because(Fault.Protocol, $"the server's answer to STAT has no numbers: {Heard.Reply.Raw}");
    }

    /// <param name="number">0: all of them. <see cref="Next"/> reads the lines.</param>
    public Fault List(int number) => SayList("LIST", number, Listing.Sizes);

    /// <inheritdoc cref="List"/>
    public Fault Uidl(int number) => SayList("UIDL", number, Listing.UniqueIds);

    /// <summary>The next line of a listing; its number is 0 at the end.</summary>
    public Fault Next(out ListLine line)
    {
        line = new ListLine(0, 0, "");
        Fault fault = CheckOpen();
        if (fault != Fault.None)
            return fault;
        Listing listing = _talk!.Listing;
        if (listing == Listing.None)
            return FaultReason.Because(Fault.State, "no list is being read: mm_pop3_list or mm_pop3_uidl begins one");
        bool isUidl = listing == Listing.UniqueIds;
        if (_talk.IsOneLine)
        {
            // The answer for one message is its first line.
            if (_talk.TakeOneLine())
                return ListLine.TryParse(Encoding.UTF8.GetBytes(Heard.Reply.Text), isUidl, out line)
                    ? Fault.None
                    : NoLine(Heard.Reply.Text);
            _talk.BeginLines(Listing.None);
            return Fault.None;
        }
        fault = _talk.ReadLine(out ReadOnlySpan<byte> octets, out bool isEnd);
        if (fault != Fault.None)
            return Lose(fault);
        if (isEnd)
            return Fault.None;
        return ListLine.TryParse(octets, isUidl, out line) ? Fault.None : NoLine(Shown(octets));
    }

    /// <param name="number">From 1. <see cref="Read"/> reads the message.</param>
    public Fault Retr(int number) => SayNumber("RETR", number, null, Pop3AnswerForm.ManyLines);

    /// <inheritdoc cref="Retr"/>
    /// <param name="lines">Of the body, 0 or more.</param>
    public Fault Top(int number, int lines)
        => lines < 0
            ? FaultReason.Because(Fault.Argument, "lines is below 0")
            : SayNumber("TOP", number, lines, Pop3AnswerForm.ManyLines);

    /// <summary>Reads on in an answer of many lines; 0 octets at its end.</summary>
    public Fault Read(Span<byte> buffer, out int count)
    {
        count = 0;
        Fault fault = CheckOpen();
        if (fault != Fault.None)
            return fault;
        if (buffer.IsEmpty)
            return FaultReason.Because(Fault.Argument, "size is 0");
        if (_talk!.Listing != Listing.None || !_talk.MayRead)
            return FaultReason.Because(Fault.State, "no answer of many lines is being read");
        fault = _talk.ReadContent(buffer, out count, out _);
        if (fault != Fault.None)
            return Lose(fault);
        if (count == 0)
            _talk.MayRead = false;
        return Fault.None;
    }

    /// <summary>Messages one after the other; several are asked for at once where the server offers that.</summary>
    /// <param name="numbers">Null: 1 to <paramref name="count"/>.</param>
    /// <param name="lines">-1: all of them; else TOP.</param>
    /// <param name="take">
    /// Gets number, octets (none: the message is at its end) and status; false: no further message is wanted.
    /// </param>
    public Fault RetrieveAll(
        IReadOnlyList<int>? numbers, int count, int lines, Func<int, ReadOnlyMemory<byte>, Pop3Status, bool> take)
        => new RetrieveAll(this, numbers, count, lines, take).Run();

    public Fault Dele(int number) => SayNumber("DELE", number, null, Pop3AnswerForm.OneLine);

    public Fault Rset() => Say("RSET");

    public Fault Noop() => Say("NOOP");

    /// <summary>The connection is closed, whatever the server says.</summary>
    public Fault Quit()
    {
        Fault fault = Say("QUIT");
        if (fault == Fault.None && _talk is not null)
            CloseBecause("it was ended by QUIT");
        return fault;
    }

    /// <summary>A command of the host's own; its answer is heard by <see cref="Receive"/>.</summary>
    /// <param name="line">Without its line end.</param>
    /// <param name="form">Null: as the verb says.</param>
    public Fault Send(string line, Pop3AnswerForm? form)
    {
        Fault fault = CheckLine(line);
        if (fault != Fault.None)
            return fault;
        string[] words = line.Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
        form ??= Pop3Verbs.FormOf(words[0], words.Length > 1 && words[1].Length > 0);
        if (form is null)
            return FaultReason.Because(Fault.Argument, $"{words[0]}: what its answer looks like is not known here");
        if (!TryBegin(words[0].ToUpperInvariant(), out fault, isAhead: true))
            return fault;
        _talk!.Pop3.Say(line, form.Value, _talk.Output);
        return Flush();
    }

    /// <inheritdoc/>
    public override Fault Receive()
    {
        Fault fault = CheckOpen();
        if (fault != Fault.None)
            return fault;
        if (_talk!.Pop3.Awaited == 0)
            return FaultReason.Because(Fault.State, "no answer is due");
        fault = SkipContent();
        return fault == Fault.None ? Hear(out _) : fault;
    }

    /// <summary>False: the call is over, as the fault and <see cref="Status"/> say.</summary>
    /// <param name="verb">For the words of a failure.</param>
    /// <param name="isAhead">Earlier commands may be unanswered.</param>
    internal bool TryBegin(string verb, out Fault fault, bool isAhead = false)
    {
        fault = CheckOpen();
        if (fault == Fault.None)
            fault = CheckTurn(isAhead);
        if (fault == Fault.None && !(isAhead && _talk!.Pop3.Awaited > 0))
            fault = SkipContent();
        Verb = verb;
        if (fault != Fault.None)
            return false;
        fault = _talk!.HearUnasked(out Pop3Reply? words);
        if (!_talk.HasEnded)
            return true;
        fault = Settle(fault, words);
        return false;
    }

    /// <summary>Sends what was said, and hears the next answer.</summary>
    internal Fault Ask(out Pop3Reply? reply)
    {
        reply = null;
        Fault fault = Flush();
        return fault == Fault.None && _talk is not null ? Hear(out reply) : fault;
    }

    /// <summary>Sends what was said, and does not wait.</summary>
    internal Fault Flush()
    {
        Fault fault = _talk!.Flush(out Pop3Reply? words);
        return fault == Fault.None && !_talk.HasEnded ? fault : Settle(fault, words);
    }

    internal Fault Hear(out Pop3Reply? reply)
    {
        Fault fault = _talk!.Hear(out reply);
        if (fault == Fault.None && reply is { Status: Pop3Status.Challenge }
            && SaslEncoding.TryDecode(Encoding.UTF8.GetBytes(reply.Text), out byte[] challenge))
            KeepChallenge(Encoding.UTF8.GetString(challenge));
        return Settle(fault, reply);
    }

    internal Fault Say(string line, Pop3AnswerForm form = Pop3AnswerForm.OneLine)
    {
        Fault fault = CheckLine(line);
        if (fault != Fault.None || !TryBegin(line.Split(' ', 2)[0], out fault))
            return fault;
        _talk!.Pop3.Say(line, form, _talk.Output);
        return Ask(out _);
    }

    internal Fault SayText(string verb, string text, string name)
    {
        Fault fault = CheckText(text, name);
        if (fault == Fault.None && text.Length == 0)
            fault = FaultReason.Because(Fault.Argument, $"{name} is empty");
        return fault == Fault.None ? Say($"{verb} {text}") : fault;
    }

    private Fault SayNumber(string verb, int number, int? more, Pop3AnswerForm form)
        => number < 1
            ? FaultReason.Because(Fault.Argument, "number is below 1")
            : Say(more is { } second
                ? string.Create(CultureInfo.InvariantCulture, $"{verb} {number} {second}")
                : string.Create(CultureInfo.InvariantCulture, $"{verb} {number}"), form);

    private Fault SayList(string verb, int number, Listing listing)
    {
        if (number < 0)
            return FaultReason.Because(Fault.Argument, "number is below 0");
        Fault fault = number == 0
            ? Say(verb, Pop3AnswerForm.ManyLines)
            : SayNumber(verb, number, null, Pop3AnswerForm.OneLine);
        if (fault == Fault.None && Status == Pop3Status.Ok)
            _talk?.BeginLines(listing, isOneLine: number > 0);
        return fault;
    }

    // The line has come whole, so the next one can be read.
    private Fault NoLine(string words) => FailOpen(
        Fault.Protocol, ErrorLayer.Protocol, ClientStage.Other, $"what the server lists is no message: \"{words}\"");

    private Fault SkipContent()
    {
        Fault fault = _talk!.SkipContent();
        return fault == Fault.None ? fault : Lose(fault);
    }

    private Fault CheckTurn(bool isAhead)
    {
        Pop3Dialogue pop3 = _talk!.Pop3;
        string? wait = pop3.IsInHandshake ? "a TLS handshake: mm_pop3_start_tls or mm_pop3_set_transport makes it"
            : pop3.IsChallenged ? "an answer to its challenge: mm_pop3_auth_respond gives it"
            : null;
        if (wait is not null)
            return FaultReason.Because(Fault.State, $"the server waits for {wait}");
        return (isAhead ? pop3.MaySayMore : pop3.Awaited == 0)
            ? Fault.None
            : FaultReason.Because(Fault.State, "an answer is due, which comes first: mm_pop3_receive reads it");
    }

    private Fault CheckClear(string verb)
        => _talk is null || Link.MaySendPassword
            ? Fault.None
            : FaultReason.Because(Fault.Tls,
                $"{verb} would tell the password in clear text: there is no TLS (setting plain_auth)");

    /// <summary>What was heard is the host's; a dialogue that has ended is closed.</summary>
    private Fault Settle(Fault fault, Pop3Reply? reply)
    {
        BlockingPop3 talk = _talk!;
        if (reply is not null)
        {
            Heard = (reply, Heard.Challenge, talk.Pop3.Stamp);
            Status = fault == Fault.None ? reply.Status : Pop3Status.None;
            talk.MayRead = talk.Pop3.IsInContent;
        }
        if (fault != Fault.None)
            return Lose(fault);
        if (talk.HasEnded)
            CloseBecause(talk.Pop3.End!.Reply is { } last
                ? $"the server has ended it: {last.Raw}"
                : "it was ended by QUIT");
        return Fault.None;
    }

    private static string Shown(ReadOnlySpan<byte> line)
    {
        string text = Encoding.UTF8.GetString(line);
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
    }
}
