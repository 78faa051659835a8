using MailModule.Lines;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// The client side of SMTP on one connection, as a pure machine. Commands that are out and wait for their reply stand in a queue, so that pipelining
/// (RFC 2920) and lock step are the same code: in lock step the queue holds one.
/// </summary>
/// <remarks>
/// Two transactions at most are under way: one whose final dot is out (<see cref="_judged"/>), and the one that commands are written for
/// (<see cref="_transaction"/>), which may have begun in the same write. Replies come in the order of the commands, so the dot's is the first of both.
/// </remarks>
public sealed partial class SmtpClientSession : ISession
{
    /// <summary>Recipients in one pipelined group: bounded, so that neither side fills the other's window while it writes (RFC 2920 §3.1).</summary>
    private const int GroupLimit = 100;
    private const int PieceLength = 64 * 1024;

    private enum Await : byte
    {
        Greeting,
        Ehlo,
        Helo,
        StartTls,
        Auth,
        Mail,
        Rcpt,
        Data,
        Verdict,
        /// <summary>The reply to a dot that ends nothing: DATA was granted though no recipient was.</summary>
        EmptyVerdict,
        Rset,
        Quit,
    }

    private enum Mode : byte
    {
        Dialogue,
        Handshake,
        /// <summary>A worker makes the answer to a challenge.</summary>
        Challenge,
        Text,
        Ended,
    }

    private readonly SmtpClientOptions _options;
    private readonly ISmtpClientOwner _owner;
    private readonly ReplyReader _replies = new();
    private readonly Queue<(Await What, int Recipient)> _awaited = new();
    private readonly Action _textReady;
    private SmtpTransaction? _transaction;
    private SmtpTransaction? _judged;
    private DotWriter _dots;
    private Mode _mode = Mode.Dialogue;
    private int _nextRecipient;
    private int _answerable;
    private bool _mailRefused;
    private bool _isHeard;
    private bool _needsReset;
    private bool _hasStartedTls;
    private Fault _fault;
    private Reply? _lastWords;

    public SmtpClientSession(SmtpClientOptions options, ISmtpClientOwner owner, Connection? connection)
    {
        _options = options;
        _owner = owner;
        Connection = connection;
        _textReady = () => Connection?.Resume();
        _awaited.Enqueue((Await.Greeting, -1));
        WaitFor(SmtpStage.Greeting);
        if (connection is not null)
            Prepare(connection);
    }

    /// <summary>The connection below; null in tests over memory. The session sets its <see cref="Connection.IdleTimeout"/> and deadline.</summary>
    public Connection? Connection { get; }
    public ServerExtensions Extensions { get; private set; } = ServerExtensions.None;

    /// <summary>As its greeting to EHLO or HELO names it; empty before.</summary>
    public string ServerName { get; private set; } = "";

    /// <summary>What the session waits for; after its end, what it waited for then.</summary>
    public SmtpStage Stage { get; private set; }

    /// <summary>Transactions on this connection that came to the server's answer: after one, an end at <see cref="SmtpStage.Idle"/> or <see cref="SmtpStage.Mail"/> says nothing about the host.</summary>
    public int TransactionsCompleted { get; private set; }

    /// <summary>What there is to say for a human about the connection's end beside its fault and the server's words; empty if nothing.</summary>
    public string FaultText { get; private set; } = "";

    /// <summary>TLS runs on this connection.</summary>
    public bool IsTls => _hasStartedTls || Connection is { IsTls: true };

    /// <summary>A TLS handshake was begun; if the connection ends before <see cref="IsTls"/>, it has failed.</summary>
    public bool TriedTls { get; private set; }

    private string TooLate => $"no answer in time ({Stage})";

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        // What is here now answers only what is out by now.
        int before = _answerable = _awaited.Count;
        if (_mode == Mode.Handshake)
            BeginAgain(output);
        else if (_mode == Mode.Challenge)
            AnswerChallenge(output);
        Next next = Listen(ref input, output);
        if (next == Next.Read && (output.Length > 0 || _answerable < before))
            WaitFor(AwaitedStage);
        return next;
    }

    public void Expire(ExpiryReason reason, Output output)
    {
        if (reason == ExpiryReason.Idle)
            Break(Fault.Timeout, null, TooLate);
        else
            Break(Fault.Cancelled, null, "stopped");
    }

    public void Closed()
    {
        if (_mode != Mode.Ended)
            Break(ReasonOfLoss(), null, Connection?.FaultText ?? (Connection?.Fault == Fault.Timeout ? TooLate : ""));
        if (_fault == Fault.Tls && Stage == SmtpStage.Greeting)
            Stage = SmtpStage.Tls;
        _owner.Ended(this, _fault, _lastWords);
    }

    private Next Listen(ref ReadOnlySpan<byte> input, Output output)
    {
        while (true)
        {
            switch (_mode)
            {
                case Mode.Ended:
                    return Next.Close;
                case Mode.Handshake:
                    return Next.StartTls;
                case Mode.Challenge:
                    return Next.Wait;
                case Mode.Text when input.IsEmpty && !_replies.IsInside:
                    return WriteText(output);
            }
            Stage = AwaitedStage;
            switch (_replies.Read(ref input, out Reply reply))
            {
                case ReplyResult.Incomplete:
                    return ListenOn(!input.IsEmpty || _replies.IsInside, output);
                case ReplyResult.Malformed:
                    return Break(Fault.Protocol, null, "the server's answer is no SMTP reply");
            }
            Take(reply, output);
        }
    }

    /// <param name="hasBegun">The server has begun to say something.</param>
    private Next ListenOn(bool hasBegun, Output output)
    {
        if (_mode == Mode.Text)
            return hasBegun ? Next.Read : WriteText(output);
        return hasBegun && _answerable == 0 ? Break(Fault.Protocol, null, "the server answered before it was asked") : Next.Read;
    }

    private void Take(Reply reply, Output output)
    {
        // A server that speaks without being asked (421 on its way down, or a refusal in the middle of the text) has ended the dialogue.
        if (_mode == Mode.Text || _answerable == 0)
        {
            Break(FaultOf(reply), reply, reply.IsPositive ? "the server answered before it was asked" : "");
            return;
        }
        _answerable--;
        (Await what, int recipient) = _awaited.Dequeue();
        // RFC 5321 §3.8: 421 may answer any command; the server closes.
        if (reply.Code == 421 && what is not Await.Quit)
            Break(Fault.RefusedTemporary, reply);
        else
            Answer(what, recipient, reply, output);
    }

    private void Answer(Await what, int recipient, Reply reply, Output output)
    {
        switch (what)
        {
            case Await.Greeting:
                AnswerGreeting(reply, output);
                break;
            case Await.Ehlo:
                AnswerEhlo(reply, output);
                break;
            case Await.Helo:
                AnswerHelo(reply, output);
                break;
            case Await.StartTls:
                AnswerStartTls(reply, output);
                break;
            case Await.Auth:
                AnswerAuth(reply, output);
                break;
            case Await.Mail:
                AnswerMail(reply, output);
                break;
            case Await.Rcpt:
                AnswerRcpt(recipient, reply, output);
                break;
            case Await.Data:
                AnswerData(reply, output);
                break;
            case Await.Verdict:
                AnswerText(reply, output);
                break;
            case Await.EmptyVerdict:
                Complete(output);
                break;
            case Await.Rset:
                AnswerRset(output);
                break;
            case Await.Quit:
                _mode = Mode.Ended;
                break;
        }
    }

    private Fault ReasonOfLoss()
    {
        // After QUIT there is nothing to lose: a server that closes instead of answering 221 is as good.
        if (_awaited.TryPeek(out (Await What, int) awaited) && awaited.What == Await.Quit)
            return Fault.None;
        Fault known = Connection?.Fault ?? Fault.None;
        if (TriedTls && !IsTls && known != Fault.Cancelled)
            return Fault.Tls;
        return known == Fault.None ? Fault.Closed : known;
    }

    private Next Break(Fault fault, Reply? reply, string text = "")
    {
        if (_mode == Mode.Ended)
            return Next.Close;
        _mode = Mode.Ended;
        _fault = fault;
        _lastWords = reply;
        FaultText = text;
        bool isFirst = TransactionsCompleted == 0 && _judged is null;
        if (_judged is { } judged)
            Fail(judged, fault, reply);
        if (_transaction is { } transaction)
            FailOrReturn(transaction, isFirst);
        _judged = _transaction = null;
        return Next.Close;
    }

    private void Fail(SmtpTransaction transaction, Fault fault, Reply? reply)
    {
        transaction.FailRest(fault, Stage, reply);
        _owner.Completed(transaction);
    }

    // RFC 5321 §3.8: a server may close between two transactions; what it has not answered was not begun.
    private void FailOrReturn(SmtpTransaction transaction, bool isFirst)
    {
        if (_isHeard || isFirst || _fault == Fault.Cancelled)
            Fail(transaction, _fault, _lastWords);
        else
            _owner.Returned(transaction);
    }

    private void Say(Output output, ReadOnlySpan<byte> verb, string argument, Await reply)
    {
        output.Write(verb);
        output.Write(argument);
        output.Write("\r\n"u8);
        _awaited.Enqueue((reply, -1));
    }

    /// <summary>What a reply other than the one hoped for means; a positive one is out of place.</summary>
    internal static Fault FaultOf(Reply reply) => reply.IsTemporary ? Fault.RefusedTemporary : reply.IsPositive ? Fault.Protocol : Fault.RefusedPermanent;
}
