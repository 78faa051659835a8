using System.Buffers;
using System.Buffers.Text;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// What a client says. Several commands may be said in one turn (RFC 2920); the server answers them in their order.
internal sealed partial class SmtpDialogue
{
    /// <summary>Octets of <see cref="BdatLine"/> at most.</summary>
    public const int ChunkLineLimit = 32;

    private static readonly SearchValues<char> LineBreakers = SearchValues.Create("\r\n\0");

    public void Ehlo(string name, Output output) => Say("EHLO "u8, name, ReplyTo.Ehlo, output);

    public void Helo(string name, Output output) => Say("HELO "u8, name, ReplyTo.Helo, output);

    /// <summary>RFC 2033 §4.1: the server speaks LMTP, and answers the final dot once for each recipient.</summary>
    public void Lhlo(string name, Output output) => Say("LHLO "u8, name, ReplyTo.Lhlo, output);

    /// <summary>After a reply of 220: <see cref="IsInHandshake"/>.</summary>
    public void StartTls(Output output) => Say("STARTTLS"u8, "", ReplyTo.StartTls, output);

    /// <summary>RFC 4954 §4. After a reply of 334: <see cref="IsChallenged"/>.</summary>
    /// <param name="initial">What goes along with the command; null: nothing.</param>
    public void Auth(string mechanism, byte[]? initial, Output output)
    {
        BeginLine(output, mechanism);
        output.Write("AUTH "u8);
        output.Write(mechanism);
        if (initial is not null)
        {
            output.Write(" "u8);
            // RFC 4954 §4: an initial response of no octets is a single equals sign
            WriteBase64(initial, "="u8, output);
        }
        EndLine(ReplyTo.Auth, 0, output);
    }

    public void RespondToChallenge(ReadOnlySpan<byte> response, Output output)
    {
        BeginResponse(output);
        WriteBase64(response, default, output);
        EndResponse(output);
    }

    /// <summary>The response in base64 as it goes out, or "*".</summary>
    public void RespondToChallenge(string response, Output output)
    {
        BeginResponse(output);
        ThrowIfBroken(response);
        output.Write(response);
        EndResponse(output);
    }

    /// <summary>RFC 4954 §4: a line with a single "*" cancels.</summary>
    public void CancelAuth(Output output)
    {
        BeginResponse(output);
        output.Write("*"u8);
        EndResponse(output);
    }

    /// <param name="reversePath">Without its angle brackets; empty for the null path.</param>
    public void Mail(string reversePath, in MailParameters parameters, Output output)
    {
        BeginLine(output, reversePath, parameters.More);
        output.Write("MAIL FROM:<"u8);
        output.Write(reversePath);
        output.Write(">"u8);
        parameters.Write(output);
        EndLine(ReplyTo.Mail, 0, output);
    }

    /// <param name="forwardPath">Without its angle brackets.</param>
    /// <param name="number">The caller's, for <see cref="AwaitedReply.Number"/>.</param>
    public void Rcpt(string forwardPath, in RcptParameters parameters, Output output, int number = 0)
    {
        BeginLine(output, forwardPath, parameters.More);
        output.Write("RCPT TO:<"u8);
        output.Write(forwardPath);
        output.Write(">"u8);
        parameters.Write(output);
        EndLine(ReplyTo.Rcpt, number, output);
    }

    /// <summary>RFC 2920 §3.1: the last of its group. After a reply of 354: <see cref="IsInContent"/>.</summary>
    public void Data(Output output) => Say("DATA"u8, "", ReplyTo.Data, output);

    /// <summary>The next octets of the content, with any line ends. Dots are doubled.</summary>
    public void Content(ReadOnlySpan<byte> piece, Output output)
    {
        Expect(Mode.Content);
        Trace?.Content(piece.Length);
        _content.Write(piece, output);
    }

    /// <summary>
    /// The final dot. RFC 2920 §3.1: commands may follow in the same turn. RFC 5321 §4.1.1.4: whatever its answer, the
    /// server's buffers are empty then.
    /// </summary>
    /// <param name="replies">With LMTP: one for each recipient that was taken (RFC 2033 §4.2), numbered from 0.</param>
    public void EndContent(Output output, int replies = 1)
    {
        Leave(Mode.Content);
        HasMail = false;
        _content.Finish(output);
        AwaitFinalDot(replies);
    }

    /// <summary>
    /// Octets as they are: content that has its dots doubled and its own final dot, what follows the line of a chunk,
    /// or what a verb of the caller's own asks for.
    /// </summary>
    public void Octets(ReadOnlySpan<byte> octets, Output output)
    {
        if (_mode != Mode.Content)
            Expect(Mode.Commands);
        Trace?.Content(octets.Length);
        output.Write(octets);
    }

    /// <summary>What was written by <see cref="Octets"/> is answered: as the end of content where it was one.</summary>
    /// <param name="replies">As <see cref="EndContent"/> has it.</param>
    public void EndOctets(int replies = 1)
    {
        if (_mode == Mode.Content)
        {
            Leave(Mode.Content);
            HasMail = false;
            AwaitFinalDot(replies);
            return;
        }
        Expect(Mode.Commands);
        _awaited.Add(ReplyTo.Other);
    }

    /// <summary>
    /// BDAT (RFC 3030 §2): octets of the content as they are, whatever they are. RFC 2920 §3.1, RFC 3030 §2: commands
    /// may stand before it and behind it in the same turn.
    /// </summary>
    /// <param name="chunk">May lie in the output itself, at least <see cref="ChunkLineLimit"/> behind its end.</param>
    /// <param name="isLast">The message ends with it.</param>
    /// <param name="replies">As <see cref="EndContent"/> has it, for the last chunk.</param>
    public void Bdat(ReadOnlySpan<byte> chunk, bool isLast, Output output, int replies = 1)
    {
        BdatLine(chunk.Length, isLast, output, replies);
        Octets(chunk, output);
    }

    /// <summary>The line of a chunk that the caller sends behind it: exactly so many octets.</summary>
    public void BdatLine(long length, bool isLast, Output output, int replies = 1)
    {
        BeginLine(output, "");
        output.Write("BDAT "u8);
        Utf8Formatter.TryFormat(length, output.GetSpan(20), out int written);
        output.Advance(written);
        output.Write(isLast ? " LAST"u8 : ""u8);
        Trace?.EndCommand(output);
        output.Write("\r\n"u8);
        HasMail &= !isLast;
        for (int number = 0; number < (isLast ? replies : 1); number++)
            _awaited.Add(isLast ? ReplyTo.LastChunk : ReplyTo.Chunk, number);
    }

    public void Rset(Output output) => Say("RSET"u8, "", ReplyTo.Rset, output);

    public void Noop(Output output) => Say("NOOP"u8, "", ReplyTo.Other, output);

    /// <summary>The dialogue ends with the reply.</summary>
    public void Quit(Output output) => Say("QUIT"u8, "", ReplyTo.Quit, output);

    /// <summary>A command that has no method here, with its arguments.</summary>
    /// <param name="to">The command whose time its reply has, and whose effect.</param>
    public void Command(string line, Output output, ReplyTo to = ReplyTo.Other) => Say(default, line, to, output);

    private void Say(ReadOnlySpan<byte> verb, string argument, ReplyTo reply, Output output)
    {
        BeginLine(output, argument);
        output.Write(verb);
        output.Write(argument);
        EndLine(reply, 0, output);
    }

    /// <exception cref="ArgumentException">A text would end the line: what follows would be a command of its
    /// own.</exception>
    /// <exception cref="InvalidOperationException">The server would not take the line for a command.</exception>
    private void BeginLine(Output output, string first, string? second = null)
    {
        Expect(Mode.Commands);
        if (_awaited.EndsGroup)
            throw new InvalidOperationException("the last command has to be answered first");
        ThrowIfBroken(first);
        ThrowIfBroken(second);
        Trace?.BeginLine(output);
    }

    private static void ThrowIfBroken(string? text)
    {
        if (text.AsSpan().ContainsAny(LineBreakers))
            throw new ArgumentException("a command cannot have CR, LF or NUL in it");
    }

    private void EndLine(ReplyTo reply, int number, Output output)
    {
        Trace?.EndCommand(output);
        output.Write("\r\n"u8);
        IsStartingTls |= reply == ReplyTo.StartTls;
        if (reply is ReplyTo.Mail or ReplyTo.Rset or ReplyTo.Ehlo or ReplyTo.Helo or ReplyTo.Lhlo)
            HasMail = reply == ReplyTo.Mail;
        _awaited.Add(reply, number);
    }

    private void BeginResponse(Output output)
    {
        Leave(Mode.Challenge);
        Trace?.BeginLine(output);
    }

    private void EndResponse(Output output)
    {
        Trace?.EndResponse(output);
        output.Write("\r\n"u8);
        _awaited.Add(ReplyTo.Auth);
    }

    private void AwaitFinalDot(int replies)
    {
        for (int number = 0; number < replies; number++)
            _awaited.Add(ReplyTo.FinalDot, number);
    }

    private void Leave(Mode mode)
    {
        Expect(mode);
        _mode = Mode.Commands;
    }

    private void Expect(Mode mode)
    {
        if (_mode != mode)
            throw new InvalidOperationException($"the dialogue is at {_mode}, not at {mode}");
    }

    private static void WriteBase64(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> none, Output output)
    {
        if (octets.IsEmpty)
        {
            output.Write(none);
            return;
        }
        Base64.EncodeToUtf8(octets, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(octets.Length)), out _,
            out int written);
        output.Advance(written);
    }
}
