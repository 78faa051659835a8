using MailModule.Lines;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// The client side of SMTP on one connection, as a pure machine. Commands that are out and wait for their reply stand in a queue, so that pipelining
/// (RFC 2920) and lock step are the same code: in lock step the queue holds one.
/// </summary>
public sealed partial class SmtpClientSession : ISession
{
    /// <summary>Recipients in one pipelined group: bounded, so that neither side fills the other's window while it writes (RFC 2920 §3.1).</summary>
    private const int GroupLimit = 100;
    private const int PieceLength = 64 * 1024;

    /// <summary>How long the answer to QUIT may take; everything is said and done by then.</summary>
    private static readonly TimeSpan QuitPatience = TimeSpan.FromSeconds(5);

    private enum Await : byte
    {
        Greeting,
        Ehlo,
        Helo,
        StartTls,
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
        Text,
        Ended,
    }

    private readonly SmtpClientOptions _options;
    private readonly ISmtpClientOwner _owner;
    private readonly ReplyReader _replies = new();
    private readonly Queue<(Await What, int Recipient)> _awaited = new();
    private readonly Action _textReady;
    private SmtpTransaction? _transaction;
    private DotWriter _dots;
    private Mode _mode = Mode.Dialogue;
    private int _nextRecipient;
    private bool _mailRefused;
    private bool _needsReset;
    private Fault _fault;
    private Reply? _lastWords;

    public SmtpClientSession(SmtpClientOptions options, ISmtpClientOwner owner, Connection? connection)
    {
        _options = options;
        _owner = owner;
        Connection = connection;
        _textReady = () => Connection?.Resume();
        _awaited.Enqueue((Await.Greeting, -1));
    }

    /// <summary>The connection below; null in tests over memory.</summary>
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
    public bool IsTls { get; private set; }

    /// <summary>A TLS handshake was begun; if the connection ends before <see cref="IsTls"/>, it has failed.</summary>
    public bool TriedTls { get; private set; }

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        if (_mode == Mode.Handshake)
            BeginAgain(output);
        while (true)
        {
            if (_mode == Mode.Text && input.IsEmpty)
                return WriteText(output);
            switch (_replies.Read(ref input, out Reply reply))
            {
                case ReplyResult.Incomplete:
                    return _mode == Mode.Text ? WriteText(output) : Next.Read;
                case ReplyResult.Malformed:
                    return Break(Fault.Protocol, null);
            }
            Take(reply, output);
            if (_mode == Mode.Ended)
                return Next.Close;
            if (_mode == Mode.Handshake)
                return Next.StartTls;
        }
    }

    public void Expire(ExpiryReason reason, Output output) => Break(reason == ExpiryReason.Idle ? Fault.Timeout : Fault.Cancelled, null);

    public void Closed()
    {
        if (_mode != Mode.Ended)
            Break(ReasonOfLoss(), null);
        _owner.Ended(this, _fault, _lastWords);
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

    private Next Break(Fault fault, Reply? reply)
    {
        if (_mode == Mode.Ended)
            return Next.Close;
        _mode = Mode.Ended;
        _fault = fault;
        _lastWords = reply;
        if (_transaction is { } transaction)
        {
            _transaction = null;
            transaction.FailRest(fault, reply);
            _owner.Completed(transaction);
        }
        return Next.Close;
    }

    private void Take(Reply reply, Output output)
    {
        // A server that speaks without being asked (421 on its way down, or a refusal in the middle of the text) has ended the dialogue.
        if (_mode == Mode.Text || _awaited.Count == 0)
        {
            Break(reply.IsPositive ? Fault.Protocol : FaultOf(reply), reply);
            return;
        }
        (Await what, int recipient) = _awaited.Dequeue();
        // RFC 5321 §3.8: 421 may answer any command; the server closes.
        if (reply.Code == 421 && what is not Await.Quit)
            Break(Fault.RefusedForNow, reply);
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
                _transaction!.AwaitsVerdict = false;
                _transaction.Judge(reply);
                _needsReset = false;
                Complete(output);
                break;
            case Await.EmptyVerdict:
                Complete(output);
                break;
            case Await.Rset:
                _needsReset = false;
                BeginTransaction(output);
                break;
            case Await.Quit:
                _mode = Mode.Ended;
                break;
        }
    }

    private void Complete(Output output)
    {
        SmtpTransaction transaction = _transaction!;
        _transaction = null;
        _owner.Completed(transaction);
        Ready(output);
    }

    private void Say(Output output, string verb, string argument, Await reply)
    {
        output.Write(verb);
        output.Write(argument);
        output.Write("\r\n");
        _awaited.Enqueue((reply, -1));
    }

    /// <summary>What a reply other than the one hoped for means; a positive one is out of place.</summary>
    internal static Fault FaultOf(Reply reply) => reply.IsTemporary ? Fault.RefusedForNow : reply.IsPositive ? Fault.Protocol : Fault.Refused;
}
