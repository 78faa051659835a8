using System.Text;
using MailModule.Lines;
using MailModule.Mailbox;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>
/// The server side of POP3 (RFC 1939, 2449) on one connection, as a pure machine. It does one thing at a time
/// (<see cref="Activity"/>): it reads commands, waits for its backend, or sends a long answer in pieces. What a verb
/// does is its row in the <see cref="Pop3StateTable"/>, what follows a verdict a <see cref="Pop3Question"/>'s.
/// <see cref="ISession"/> says who calls it when.
/// </summary>
internal sealed partial class Pop3Session : ISession
{
    /// <summary>Output that has gathered to this much is sent before more is made.</summary>
    private const int OutputBound = 64 * 1024;

    /// <summary>No wait at all: Advance takes the next step at once.</summary>
    internal const Next Continue = (Next)(-1);

    private readonly IPop3Backend _backend;
    private DeletionMarks _marks = DeletionMarks.None;
    private Activity _activity = Activity.Greeting;
    private Pop3Turn _turn;
    private Pop3Login _login;
    private Pop3Listing _listing;
    private MessageTransfer _transfer;
    private bool _skippingLine;
    private int _errors;

    /// <param name="options">Shared, not changed.</param>
    /// <param name="backend">What the session asks.</param>
    /// <param name="peer">The connection below, or one over memory.</param>
    public Pop3Session(Pop3ServerOptions options, IPop3Backend backend, IPeer peer)
    {
        Options = options;
        _backend = backend;
        Peer = peer;
    }

    /// <summary>What the session does when no verdict is due.</summary>
    private enum Activity
    {
        Greeting,
        Commands,
        Exchange,
        Sending,
        ReadingPiece,
        Listing,
    }

    /// <summary>The connection below, or one over memory.</summary>
    public IPeer Peer { get; }
    public Pop3ServerOptions Options { get; }
    public Pop3State State { get; private set; } = Pop3State.Authorization;

    public bool IsTls => Peer.IsTls;

    internal ref Pop3Login Login => ref _login;

    /// <summary>The client wants texts as UTF-8 (RFC 6856 §2).</summary>
    public bool IsUtf8 => _login.IsUtf8;

    /// <summary>The name given with USER, the user's own name after the login; null if none was given, or if the login
    /// failed.</summary>
    public string? User => _login.User;

    /// <summary>Logins that failed by name or password on this connection; nothing makes them fewer.</summary>
    public int FailedLogins => _login.Failures;

    /// <summary>The client has given more unwelcome commands than are borne.</summary>
    public bool IsCutOff => _errors >= Options.ErrorLimit;

    /// <summary>Set by the backend at login, which holds the maildrop behind it; null in no maildrop.</summary>
    public IMessageList? Messages { get; set; }

    /// <summary>The command that the backend is asked about (<see cref="IPop3Backend.Command"/>), without its line end;
    /// octets that are no UTF-8 are replaced.</summary>
    public string CommandLine => _turn.Line ?? _turn.Rule?.Verb ?? "";

    /// <summary>
    /// Lines behind <see cref="Pop3ServerOptions.Capabilities"/> in the answer to this CAPA (RFC 2449 §5).
    /// </summary>
    public IList<string> MoreCapabilities => _turn.Capabilities ??= [];

    /// <summary>Messages marked for deletion, by index.</summary>
    public IReadOnlyList<int> Deleted => _marks.Indexes;

    /// <summary>Messages that RETR and TOP have begun to send.</summary>
    public int Retrieved { get; private set; }

    /// <summary>
    /// Gives the verdict that was <see cref="Pop3VerdictKind.Pending"/>: once for each, from any thread, which then
    /// advances the session.
    /// </summary>
    public void Answer(Pop3Verdict verdict)
    {
        _turn.Answer = verdict;
        Peer.Resume();
    }

    /// <summary>
    /// Gives the result of a pending <see cref="IPop3Backend.Read"/>: octets read, 0 at the end, -1 on failure. Once
    /// for each, from any thread.
    /// </summary>
    public void AnswerRead(int count)
    {
        _transfer.ReadCount = count;
        Peer.Resume();
    }

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        Next next;
        do
            next = output.Length >= OutputBound ? Next.Write : Step(ref input, output);
        while (next == Continue);
        return next;
    }

    /// <summary>
    /// RFC 1939 §3: a session that times out deletes nothing, and one that was idle closes without a word.
    /// </summary>
    public void Expire(ExpiryReason reason, Output output)
    {
        if (_activity is Activity.Commands or Activity.Exchange && _turn.Question is null)
            output.Write(Pop3Replies.Expired(reason));
    }

    public bool PeerReset() => _backend.PeerReset(this);

    public void Closed()
    {
        _transfer.End();
        _backend.Closed(this);
        Messages = null;
    }

    private Next Step(ref ReadOnlySpan<byte> input, Output output)
        => _turn.Question is not null ? OnVerdict(output) : _activity switch
        {
            Activity.Commands => ReadCommand(ref input, output),
            Activity.Exchange => ReadExchangeLine(ref input, output),
            Activity.Greeting => Greet(output),
            Activity.Sending => SendPiece(output),
            Activity.ReadingPiece => OnPieceRead(_transfer.ReadCount, output),
            _ => ContinueListing(output),
        };

    private Next Greet(Output output)
    {
        BackToCommands();
        return Asks(Pop3Asked.Connect)
            ? Ask(Pop3Question.Connect, output)
            : OnConnectVerdict(Pop3Verdict.Accept, output);
    }

    private bool Asks(Pop3Asked what) => (_backend.Asked & what) != 0;

    private Next AskOfRule(Output output) => Ask(_turn.Rule!.Question!, output);

    /// <summary>Asks, and goes on: with the verdict, or when one that is pending comes.</summary>
    internal Next Ask(Pop3Question question, Output output)
    {
        Pop3Verdict verdict = question.Ask(this);
        if (verdict.Kind != Pop3VerdictKind.Pending)
            return question.Follow(this, verdict, output);
        _turn.Question = question;
        return Next.Wait;
    }

    private Next OnVerdict(Output output)
    {
        Pop3Question question = _turn.Question!;
        _turn.Question = null;
        return question.Follow(this, _turn.Answer, output);
    }

    private Next ReadCommand(ref ReadOnlySpan<byte> input, Output output)
    {
        if (!_skippingLine && OtherProtocol.IsBinary(input))
            return CloseOnOtherProtocol(output);
        LineResult result = ReadLine(ref input, out ReadOnlySpan<byte> line);
        if (result != LineResult.Line)
            return result == LineResult.Incomplete ? Next.Read : Reject(output, Pop3Replies.LineTooLong);
        var command = Pop3Command.Parse(line);
        return Options.Verbs.Of(command.Verb) is { } rule ? Dispatch(rule, command, output) : Unknown(line, output);
    }

    private Next Unknown(ReadOnlySpan<byte> line, Output output)
    {
        if (OtherProtocol.IsSpokenIn(line))
            return CloseOnOtherProtocol(output);
        if (!Asks(Pop3Asked.Unknown))
            return Reject(output, Pop3Replies.UnknownCommand);
        _turn = new Pop3Turn { Line = Encoding.UTF8.GetString(line) };
        return Ask(Pop3Question.Unknown, output);
    }

    /// <summary>Nothing that the client has sent, or sends yet, is read: it may be commands of a stranger.</summary>
    private Next CloseOnOtherProtocol(Output output)
    {
        _backend.NotPop3(this);
        output.Write(Pop3Replies.NotPop3);
        return Next.Close;
    }

    /// <summary>The exchange goes on with the client's next line.</summary>
    internal Next AwaitExchangeLine()
    {
        _activity = Activity.Exchange;
        return Continue;
    }

    private Next ReadExchangeLine(ref ReadOnlySpan<byte> input, Output output)
    {
        LineResult result = ReadLine(ref input, out ReadOnlySpan<byte> line);
        if (result == LineResult.Incomplete)
            return Next.Read;
        _activity = Activity.Commands;
        return result == LineResult.TooLong
            ? Pop3Authentication.EndExchange(this, Pop3Replies.LineTooLong, output)
            : Pop3Authentication.TakeLine(this, line, output);
    }

    /// <summary>Takes a line without its end, which may be LF alone: no command's meaning depends on it.</summary>
    private LineResult ReadLine(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line)
    {
        line = default;
        int limit = LimitOf(input);
        int end = input.IndexOf((byte)'\n');
        if (end < 0)
        {
            WantMore(ref input, limit);
            return LineResult.Incomplete;
        }
        Peer.Expect(Expected.Command);
        line = input[..end];
        input = input[(end + 1)..];
        bool tooLong = _skippingLine || end + 1 > limit;
        _skippingLine = false;
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        return tooLong ? LineResult.TooLong : LineResult.Line;
    }

    private void WantMore(ref ReadOnlySpan<byte> input, int limit)
    {
        if (!input.IsEmpty)
            Peer.Expect(Expected.RestOfLine);
        if (!_skippingLine && input.Length < limit)
            return;
        _skippingLine = true;
        input = default;
    }

    private int LimitOf(ReadOnlySpan<byte> line)
        => _activity == Activity.Exchange
            ? Pop3Command.ExchangeLineLimit
            : Options.Verbs.Of(Pop3Command.Parse(line).Verb)?.LineLimit ?? Pop3Command.LineLimit;

    /// <summary>The state table says whether the command is allowed, and what it does.</summary>
    private Next Dispatch(Pop3Rule rule, Pop3Command command, Output output)
    {
        if ((rule.States & State) == 0)
            return Reject(output, Pop3Replies.NotNow);
        if (!Pop3Argument.TryRead(rule.Argument, command, out Pop3Argument argument))
            return Reject(output, Pop3Replies.BadArgument);
        _turn = new Pop3Turn { Rule = rule };
        return rule.Handle is { } handle ? handle(this, argument, output) : AskOfRule(output);
    }

    private Next BackToCommands()
    {
        _activity = Activity.Commands;
        return Continue;
    }

    internal static Next WriteReply(Output output, ReadOnlySpan<byte> reply)
    {
        output.Write(reply);
        return Continue;
    }

    internal Next Reject(Output output, ReadOnlySpan<byte> reply)
    {
        if (IsOneTooMany(output))
            return Next.Close;
        output.Write(reply);
        return Continue;
    }

    private bool IsOneTooMany(Output output)
    {
        if (++_errors < Options.ErrorLimit)
            return false;
        output.Write(Pop3Replies.TooManyErrors);
        return true;
    }

    private static Next Refuse(Pop3Verdict verdict, string ordinary, Output output)
    {
        Pop3Replies.Negative(output, verdict.Text ?? ordinary);
        return verdict.Kind == Pop3VerdictKind.Close ? Next.Close : Continue;
    }
}
