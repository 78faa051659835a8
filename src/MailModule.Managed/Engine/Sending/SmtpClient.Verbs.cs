using System.Text;
using MailModule.Dns;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Engine.Sending;

// What a client says, and what it hears. Each verb sends its command and waits for the reply; the code is in Code.
public sealed partial class SmtpClient
{
    /// <summary>Octets of content in one write.</summary>
    private const int SliceLength = 64 * 1024;

    public Fault StartTls() => Say("STARTTLS", (smtp, output) => smtp.StartTls(output));

    /// <param name="name">Our own; null: as the settings say.</param>
    public Fault Helo(string? name) => Greet("HELO", name, (smtp, own, output) => smtp.Helo(own, output));

    /// <inheritdoc cref="Helo"/>
    public Fault Ehlo(string? name) => Greet("EHLO", name, (smtp, own, output) => smtp.Ehlo(own, output));

    /// <inheritdoc cref="Helo"/>
    public Fault Lhlo(string? name) => Greet("LHLO", name, (smtp, own, output) => smtp.Lhlo(own, output));

    /// <param name="from">With or without its angle brackets; empty for the null path.</param>
    /// <param name="parameters">As they go out; null: none.</param>
    public Fault Mail(string from, string? parameters)
        => SayPath("MAIL", from, "from", parameters, (smtp, path, output)
            => smtp.Mail(path, new MailParameters { More = parameters }, output));

    /// <inheritdoc cref="Mail"/>
    public Fault Rcpt(string to, string? parameters)
        => SayPath("RCPT", to, "to", parameters, (smtp, path, output)
            => smtp.Rcpt(path, new RcptParameters { More = parameters }, output));

    /// <summary>After 354 the server waits for <see cref="Write"/>.</summary>
    public Fault Data() => Say("DATA", (smtp, output) => smtp.Data(output));

    public Fault Rset() => Say("RSET", (smtp, output) => smtp.Rset(output));

    public Fault Noop() => Say("NOOP", (smtp, output) => smtp.Noop(output));

    public Fault Vrfy(string text) => SayText("VRFY", text, isNeeded: true);

    public Fault Expn(string text) => SayText("EXPN", text, isNeeded: true);

    /// <param name="text">Null: nothing special.</param>
    public Fault Help(string? text) => SayText("HELP", text, isNeeded: false);

    /// <summary>The connection is closed, whatever the server says.</summary>
    public Fault Quit() => Say("QUIT", (smtp, output) => smtp.Quit(output));

    /// <inheritdoc/>
    public override Fault AuthRespond(string response)
    {
        Fault fault = CheckText(response, "response");
        if (fault != Fault.None)
            return fault;
        if (_dialogue is { Smtp.IsChallenged: false })
            return FaultReason.Because(Fault.State, "the server has not sent a challenge");
        Verb = "AUTH";
        fault = CheckOpen();
        if (fault != Fault.None)
            return fault;
        _dialogue!.Smtp.RespondToChallenge(response, _dialogue.Output);
        return Ask(out _);
    }

    /// <summary>A command of the host's own; its reply is heard by <see cref="Receive"/>.</summary>
    /// <param name="line">Without its line end.</param>
    public Fault SendCommand(string line)
    {
        Fault fault = CheckText(line, "line");
        if (fault == Fault.None && string.IsNullOrWhiteSpace(line))
            fault = FaultReason.Because(Fault.Argument, "line is empty");
        if (fault != Fault.None)
            return fault;
        if (!CommandEffect.TryRead(line, out CommandEffect effect))
            return FaultReason.Because(Fault.Argument, "line is BDAT without the number of its octets");
        if (!TryBegin(line.Trim().Split(' ', '\t')[0].ToUpperInvariant(), out fault, isAhead: true))
            return fault;
        SmtpDialogue smtp = _dialogue!.Smtp;
        if (effect.Reply == ReplyTo.LastChunk)
            smtp.BdatLine(effect.ChunkLength, isLast: true, _dialogue.Output, FinalReplies);
        else
            smtp.Command(line, _dialogue.Output, effect.Reply);
        _content.OwedOctets = effect.ChunkLength;
        return Flush();
    }

    /// <inheritdoc/>
    public override Fault Receive()
    {
        Fault fault = CheckOpen();
        if (fault != Fault.None)
            return fault;
        if (_content.OwedOctets > 0)
            return FaultReason.Because(Fault.State, OwedText);
        return _dialogue!.Smtp.AwaitsReply
            ? Hear(out _)
            : FaultReason.Because(Fault.State, "no reply is due");
    }

    /// <summary>A piece of the content, cut anywhere. Without conversion a bare CR or LF is Fault.Argument.</summary>
    /// <param name="isFirst">Fault.State, if it is not.</param>
    public Fault Write(ReadOnlySpan<byte> piece, bool isFirst, bool isLast, bool convertsLineEnds)
    {
        Fault fault = CheckOpen();
        if (fault != Fault.None)
            return fault;
        BlockingDialogue dialogue = _dialogue!;
        if (!dialogue.Smtp.IsInContent)
            return FaultReason.Because(Fault.State, "the server waits for no content: no DATA was answered by 354");
        if (isFirst && _content.HasBegun)
            return FaultReason.Because(Fault.State, "MM_SMTP_FIRST is set, and other pieces have gone out before");
        if (_content.FindProblem(piece, isLast, convertsLineEnds, () => Link.Link.IsCancelled) is { } wrong)
            return FaultReason.Because(Fault.Argument, wrong);
        for (; piece.Length > SliceLength; piece = piece[SliceLength..])
        {
            dialogue.Smtp.Content(piece[..SliceLength], dialogue.Output);
            fault = Flush();
            if (fault != Fault.None || _dialogue is null)
                return fault;
        }
        dialogue.Smtp.Content(piece, dialogue.Output);
        if (!isLast)
            return Flush();
        dialogue.Smtp.EndContent(dialogue.Output, FinalReplies);
        return Ask(out _);
    }

    /// <summary>Octets as they are: content with its dots doubled, or what a verb of the host's own asks for.</summary>
    /// <param name="isLast">They are answered.</param>
    public Fault WriteRaw(ReadOnlySpan<byte> octets, bool isLast)
    {
        Fault fault = CheckOpen();
        if (fault == Fault.None)
            fault = CheckRaw(octets.Length, isLast);
        if (fault != Fault.None)
            return fault;
        _content.OwedOctets = Math.Max(0, _content.OwedOctets - octets.Length);
        _content.SayRaw(octets.Length);
        fault = SendOctets(octets);
        if (fault != Fault.None || _dialogue is not { } dialogue)
            return fault;
        if (!isLast)
            return Flush();
        if (dialogue.Smtp.IsInContent || !dialogue.Smtp.AwaitsReply)
            dialogue.Smtp.EndOctets(FinalReplies);
        return Ask(out _);
    }

    /// <summary>BDAT (RFC 3030 §2): a chunk as it is.</summary>
    public Fault Bdat(ReadOnlySpan<byte> chunk, bool isLast)
    {
        if (!TryBegin("BDAT", out Fault fault))
            return fault;
        BlockingDialogue dialogue = _dialogue!;
        if (!dialogue.Smtp.Extensions.Chunking)
            return FaultReason.Because(Fault.NotSupported, "the server does not offer CHUNKING");
        dialogue.Smtp.BdatLine(chunk.Length, isLast, dialogue.Output, FinalReplies);
        fault = SendOctets(chunk);
        return fault == Fault.None && _dialogue is not null ? Ask(out _) : fault;
    }

    /// <summary>Replies to the end of a message: RFC 2033 §4.2 has one for each recipient that was taken.</summary>
    private int FinalReplies => Extensions.IsLmtp ? Math.Max(1, _taken) : 1;

    private string OwedText
        => $"the server waits for {_content.OwedOctets} octets of a chunk: mm_smtp_write_raw sends them";

    private Fault Greet(string verb, string? name, Action<SmtpDialogue, string, Output> command)
    {
        Fault fault = CheckText(name, "name");
        if (fault == Fault.None && name is { Length: 0 })
            fault = FaultReason.Because(Fault.Argument, "name is empty");
        return fault == Fault.None
            ? Say(verb, (smtp, output)
                => command(smtp, name is null ? OwnNameText : OwnName.Of(name).Text, output))
            : fault;
    }

    private Fault SayText(string verb, string? text, bool isNeeded)
    {
        Fault fault = CheckText(text, "text");
        if (fault == Fault.None && isNeeded && string.IsNullOrEmpty(text))
            fault = FaultReason.Because(Fault.Argument, "text is empty");
        string line = string.IsNullOrEmpty(text) ? verb : $"{verb} {text}";
        return fault == Fault.None ? Say(verb, (smtp, output) => smtp.Command(line, output)) : fault;
    }

    private Fault SayPath(
        string verb, string path, string name, string? parameters, Action<SmtpDialogue, string, Output> command)
    {
        Fault fault = CheckText(parameters, "parameters");
        if (fault == Fault.None)
            fault = PathText.TryRead(path, name, out path);
        if (fault != Fault.None)
            return fault;
        if (!TryBegin(verb, out fault))
            return fault;
        if (!Ascii.IsValid(path) && !_dialogue!.Smtp.Extensions.Utf8)
            return FaultReason.Because(
                Fault.NotSupported, $"{name} is beyond ASCII, and the server does not offer SMTPUTF8");
        command(_dialogue!.Smtp, path, _dialogue.Output);
        return Ask(out _);
    }

    private Fault Say(string verb, Action<SmtpDialogue, Output> command)
    {
        if (!TryBegin(verb, out Fault fault))
            return fault;
        command(_dialogue!.Smtp, _dialogue.Output);
        return Ask(out _);
    }

    /// <summary>False: the call is over, as the fault and <see cref="Code"/> say.</summary>
    /// <param name="verb">For the words of a failure.</param>
    /// <param name="isAhead">Earlier commands may be unanswered.</param>
    internal bool TryBegin(string verb, out Fault fault, bool isAhead = false)
    {
        Verb = verb;
        fault = CheckOpen();
        if (fault == Fault.None)
            fault = CheckTurn(isAhead);
        if (fault != Fault.None)
            return false;
        fault = _dialogue!.HearUnasked(out Reply? words);
        if (!_dialogue.HasEnded)
            return true;
        fault = Settle(fault, words);
        return false;
    }

    private Fault CheckTurn(bool isAhead)
    {
        SmtpDialogue smtp = _dialogue!.Smtp;
        string? wait = smtp.IsInHandshake ? "a TLS handshake: mm_smtp_start_tls or mm_smtp_set_transport makes it"
            : smtp.IsChallenged ? "an answer to its challenge: mm_smtp_auth_respond gives it"
            : smtp.IsInContent ? "content: mm_smtp_write sends it"
            : null;
        if (wait is not null)
            return FaultReason.Because(Fault.State, $"the server waits for {wait}");
        if (_content.OwedOctets > 0)
            return FaultReason.Because(Fault.State, OwedText);
        return (isAhead ? smtp.MaySayMore : !smtp.AwaitsReply)
            ? Fault.None
            : FaultReason.Because(Fault.State, "a reply is due, which comes first: mm_smtp_receive reads it");
    }

    private Fault CheckRaw(int length, bool isLast)
    {
        SmtpDialogue smtp = _dialogue!.Smtp;
        long left = _content.OwedOctets - length;
        if (_content.OwedOctets > 0 && (left < 0 || left > 0 && isLast))
            return FaultReason.Because(Fault.Argument, isLast
                ? $"size is {length}, and the chunk has {_content.OwedOctets} left, with which it ends"
                : $"size is {length}, and the chunk has {_content.OwedOctets} left");
        return smtp.IsInContent || !smtp.IsInHandshake && !smtp.IsChallenged && !smtp.AwaitsGreeting
            ? Fault.None
            : CheckTurn(isAhead: true);
    }

    /// <summary>All but the last slice has left, which is in the output, if nothing has ended the dialogue.</summary>
    private Fault SendOctets(ReadOnlySpan<byte> octets)
    {
        BlockingDialogue dialogue = _dialogue!;
        for (; octets.Length > SliceLength; octets = octets[SliceLength..])
        {
            dialogue.Smtp.Octets(octets[..SliceLength], dialogue.Output);
            Fault fault = Flush();
            if (fault != Fault.None || _dialogue is null)
                return fault;
        }
        dialogue.Smtp.Octets(octets, dialogue.Output);
        return Fault.None;
    }

    /// <summary>Sends what was said, and does not wait; a server's last words may come of it all the same.</summary>
    internal Fault Flush()
    {
        Fault fault = _dialogue!.Flush(out Reply? words);
        return fault == Fault.None && !_dialogue.HasEnded ? fault : Settle(fault, words);
    }

    /// <summary>Sends what was said, and hears the next reply.</summary>
    internal Fault Ask(out Reply? reply)
    {
        reply = null;
        Fault fault = Flush();
        return fault == Fault.None && _dialogue is not null ? Hear(out reply) : fault;
    }

    internal Fault Hear(out Reply? reply)
    {
        Fault fault = _dialogue!.Hear(out AwaitedReply answered, out reply);
        if (fault == Fault.None && reply is not null)
            Follow(answered.To, reply);
        return Settle(fault, reply);
    }

    private void Follow(ReplyTo to, Reply reply)
    {
        if (to is ReplyTo.Mail)
            _taken = 0;
        if (to is ReplyTo.Rcpt && reply.Code / 100 == 2)
            _taken++;
        if (to is ReplyTo.Data && reply.Code == 354)
            _content.Begin();
        if (to is ReplyTo.Auth && reply.Code == 334
            && SaslEncoding.TryDecode(Encoding.UTF8.GetBytes(reply.Lines[0]), out byte[] challenge))
            Heard = (Heard.Reply, Encoding.UTF8.GetString(challenge));
    }

    /// <summary>What was heard is the host's; a dialogue that has ended is closed.</summary>
    internal Fault Settle(Fault fault, Reply? reply)
    {
        BlockingDialogue dialogue = _dialogue!;
        if (reply is not null)
        {
            Heard = (new HeardReply(reply, dialogue.Raw), Heard.Challenge);
            Code = reply.Code;
        }
        if (fault != Fault.None)
            return Lose(fault);
        if (dialogue.HasEnded)
            CloseBecause(reply is null or { IsPositive: true }
                ? "it was ended by QUIT"
                : $"the server has ended it: {reply}");
        return Fault.None;
    }
}
