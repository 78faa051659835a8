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
    private const Next Continue = (Next)(-1);

    private readonly IPop3Backend _backend;
    private readonly DeletionMarks _marks = new();
    private Activity _activity = Activity.Greeting;
    private Pop3Rule? _rule;
    private Pop3Question? _question;
    private Pop3Verdict _answer;
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
        Sending,
        ReadingPiece,
        Listing,
    }

    /// <summary>The connection below, or one over memory.</summary>
    public IPeer Peer { get; }
    public Pop3ServerOptions Options { get; }
    public Pop3State State { get; private set; } = Pop3State.Authorization;

    public bool IsTls => Peer.IsTls;

    /// <summary>The name given with USER; null if none was, or if the login failed.</summary>
    public string? User => _login.User;

    /// <summary>The password given with PASS, for the host's GetAUTHPassw; null before.</summary>
    public string? Password => _login.Password;

    /// <summary>Logins that failed by name or password on this connection; nothing makes them fewer.</summary>
    public int FailedLogins => _login.Failures;

    /// <summary>Set by the backend at login, which holds the maildrop behind it; null in no maildrop.</summary>
    public IMessageList? Messages { get; set; }

    /// <summary>Messages marked for deletion, by index.</summary>
    public IReadOnlyList<int> Deleted => _marks.Indexes;

    /// <summary>
    /// Gives the verdict that was <see cref="Pop3VerdictKind.Pending"/>: once for each, from any thread, which then
    /// advances the session.
    /// </summary>
    public void Answer(Pop3Verdict verdict)
    {
        _answer = verdict;
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
        if (_activity == Activity.Commands && _question is null)
            output.Write(Pop3Replies.Expired(reason));
    }

    public void Closed()
    {
        _transfer.End();
        _backend.Closed(this);
        Messages = null;
    }

    private Next Step(ref ReadOnlySpan<byte> input, Output output)
        => _question is not null ? OnVerdict(output) : _activity switch
        {
            Activity.Commands => ReadCommand(ref input, output),
            Activity.Greeting => Greet(output),
            Activity.Sending => SendPiece(output),
            Activity.ReadingPiece => OnPieceRead(_transfer.ReadCount, output),
            _ => ContinueListing(output),
        };

    private Next Greet(Output output)
    {
        Pop3Replies.Greeting(output, Options.HostName);
        return BackToCommands();
    }

    /// <summary>
    /// Asks the question of the verb under way, and goes on: with the verdict, or when one that is pending comes.
    /// </summary>
    private Next AskOfRule(Output output)
    {
        Pop3Question question = _rule!.Question!;
        Pop3Verdict verdict = question.Ask(this);
        if (verdict.Kind != Pop3VerdictKind.Pending)
            return question.Follow(this, verdict, output);
        _question = question;
        return Next.Wait;
    }

    private Next OnVerdict(Output output)
    {
        Pop3Question question = _question!;
        _question = null;
        return question.Follow(this, _answer, output);
    }

    private Next ReadCommand(ref ReadOnlySpan<byte> input, Output output)
    {
        if (!_skippingLine && OtherProtocol.IsBinary(input))
            return CloseOnOtherProtocol(output);
        int end = input.IndexOf((byte)'\n');
        if (end < 0)
            return WantMore(ref input);
        Peer.Expect(Expected.Command);
        ReadOnlySpan<byte> line = input[..end];
        input = input[(end + 1)..];
        bool tooLong = _skippingLine || end + 1 > Pop3Command.LineLimit;
        _skippingLine = false;
        if (tooLong)
            return Reject(output, Pop3Replies.LineTooLong);
        // A line may end with LF alone: no command's meaning depends on it.
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        var command = Pop3Command.Parse(line);
        return Options.Verbs.Of(command.Verb) is { } rule ? Dispatch(rule, command, output) : Unknown(line, output);
    }

    private Next Unknown(ReadOnlySpan<byte> line, Output output)
        => OtherProtocol.IsSpokenIn(line) ? CloseOnOtherProtocol(output) : Reject(output, Pop3Replies.UnknownCommand);

    /// <summary>Nothing that the client has sent, or sends yet, is read: it may be commands of a stranger.</summary>
    private Next CloseOnOtherProtocol(Output output)
    {
        _backend.NotPop3(this);
        output.Write(Pop3Replies.NotPop3);
        return Next.Close;
    }

    private Next WantMore(ref ReadOnlySpan<byte> input)
    {
        if (!input.IsEmpty)
            Peer.Expect(Expected.RestOfLine);
        if (_skippingLine || input.Length >= Pop3Command.LineLimit)
        {
            _skippingLine = true;
            input = default;
        }
        return Next.Read;
    }

    /// <summary>The state table says whether the command is allowed, and what it does.</summary>
    private Next Dispatch(Pop3Rule rule, Pop3Command command, Output output)
    {
        if ((rule.States & State) == 0)
            return Reject(output, Pop3Replies.NotNow);
        if (!Pop3Argument.TryRead(rule.Argument, command, out Pop3Argument argument))
            return Reject(output, Pop3Replies.BadArgument);
        _rule = rule;
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

    private Next Reject(Output output, ReadOnlySpan<byte> reply)
    {
        if (++_errors >= Options.ErrorLimit)
        {
            output.Write(Pop3Replies.TooManyErrors);
            return Next.Close;
        }
        output.Write(reply);
        return Continue;
    }
}
