using MailModule.Lines;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// The client side of SMTP on one connection, as a pure machine. Commands that are out and wait for their reply stand
/// in a queue, so that pipelining (RFC 2920) and lock step are the same code: in lock step the queue holds one.
/// </summary>
/// <remarks>
/// Two transactions at most are under way: one whose final dot is out (<see cref="_awaitingFinalReply"/>), and the one
/// that commands are written for (<see cref="_transaction"/>), which may have begun in the same write. Replies come in
/// the order of the commands, so the dot's is the first of both.
/// </remarks>
internal sealed partial class SmtpClientSession : ISession
{
    /// <summary>
    /// Recipients in one pipelined group: bounded, so that neither side fills the other's window while it writes (RFC
    /// 2920 §3.1).
    /// </summary>
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
        EndOfData,
        /// <summary>The reply to a dot that ends nothing: DATA was granted though no recipient was.</summary>
        EndOfEmptyData,
        Rset,
        Quit,
    }

    private enum Mode : byte
    {
        Dialogue,
        Handshake,
        /// <summary>The owner has the answer to a challenge worked out.</summary>
        Challenge,
        Content,
        Ended,
    }

    private readonly SmtpClientOptions _options;
    private readonly ISmtpClientOwner _owner;
    private readonly IPeer _peer;
    private readonly ReplyReader _replies = new();
    private readonly Queue<(Await What, int Recipient)> _awaited = new();
    private readonly Action _contentReady;
    private SmtpClientTransaction? _transaction;
    private SmtpClientTransaction? _awaitingFinalReply;
    private DotWriter _dots;
    private Mode _mode = Mode.Dialogue;
    private int _nextRecipient;
    private int _answerable;
    private bool _mailRefused;
    private bool _isAnswered;
    private bool _needsReset;
    private Fault _fault;
    private Reply? _lastReply;

    /// <param name="peer">The session sets its <see cref="IPeer.IdleTimeout"/> and deadline.</param>
    public SmtpClientSession(SmtpClientOptions options, ISmtpClientOwner owner, IPeer peer)
    {
        _options = options;
        _owner = owner;
        _peer = peer;
        _contentReady = peer.Resume;
        _awaited.Enqueue((Await.Greeting, -1));
        WaitFor(SmtpStage.Greeting);
    }

    public ServerExtensions Extensions { get; private set; } = ServerExtensions.None;

    /// <summary>As its greeting to EHLO or HELO names it; empty before.</summary>
    public string ServerName { get; private set; } = "";

    /// <summary>What the session waits for; after its end, what it waited for then.</summary>
    public SmtpStage Stage { get; private set; }

    /// <summary>
    /// Transactions on this connection that came to the server's answer: after one, an end at
    /// <see cref="SmtpStage.Idle"/> or <see cref="SmtpStage.Mail"/> says nothing about the host.
    /// </summary>
    public int TransactionsCompleted { get; private set; }

    /// <summary>
    /// What there is to say for a human about the connection's end beside its fault and the server's words; empty if
    /// nothing.
    /// </summary>
    public string FaultText { get; private set; } = "";

    /// <summary>TLS runs on this connection.</summary>
    public bool IsTls => _peer.IsTls;

    /// <summary>A TLS handshake was begun; if the connection ends before <see cref="IsTls"/>, it has failed.</summary>
    public bool TriedTls { get; private set; }

    private string TimeoutText => $"no answer in time ({Stage})";

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        // The input can only answer commands that are out by now.
        int before = _answerable = _awaited.Count;
        if (_mode == Mode.Handshake)
            RestartAfterTls(output);
        else if (_mode == Mode.Challenge)
            SendChallengeResponse(output);
        Next next = ReadReplies(ref input, output);
        if (next == Next.Read && (output.Length > 0 || _answerable < before))
            WaitFor(AwaitedStage);
        return next;
    }

    public void Expire(ExpiryReason reason, Output output)
    {
        if (reason == ExpiryReason.Idle)
            End(Fault.Timeout, null, TimeoutText);
        else
            End(Fault.Cancelled, null, "stopped");
    }

    public void Closed()
    {
        if (_mode != Mode.Ended)
            End(FaultOfLoss(), null, _peer.FaultText ?? (_peer.Fault == Fault.Timeout ? TimeoutText : ""));
        if (_fault == Fault.Tls && Stage == SmtpStage.Greeting)
            Stage = SmtpStage.Tls;
        _owner.Ended(this, _fault, _lastReply);
    }

    private Next ReadReplies(ref ReadOnlySpan<byte> input, Output output)
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
                case Mode.Content when input.IsEmpty && !_replies.IsInside:
                    return WriteContent(output);
            }
            Stage = AwaitedStage;
            switch (_replies.Read(ref input, out Reply reply))
            {
                case ReplyResult.Incomplete:
                    return OnIncompleteReply(!input.IsEmpty || _replies.IsInside, output);
                case ReplyResult.Malformed:
                    return End(Fault.Protocol, null, "the server's answer is no SMTP reply");
            }
            OnReply(reply, output);
        }
    }

    /// <param name="hasBegun">The server has begun to say something.</param>
    private Next OnIncompleteReply(bool hasBegun, Output output)
    {
        if (_mode == Mode.Content)
            return hasBegun ? Next.Read : WriteContent(output);
        return hasBegun && _answerable == 0
            ? End(Fault.Protocol, null, "the server answered before it was asked")
            : Next.Read;
    }

    private void OnReply(Reply reply, Output output)
    {
        // A server that replies without a command (421 when it stops, or a refusal in the middle of the content) has
        // ended the session.
        if (_mode == Mode.Content || _answerable == 0)
        {
            End(FaultOf(reply), reply, reply.IsPositive ? "the server answered before it was asked" : "");
            return;
        }
        _answerable--;
        (Await what, int recipient) = _awaited.Dequeue();
        // RFC 5321 §3.8: 421 may answer any command; the server closes.
        if (reply.Code == 421 && what is not Await.Quit)
            End(Fault.RefusedTemporary, reply);
        else
            HandleReply(what, recipient, reply, output);
    }

    private void HandleReply(Await what, int recipient, Reply reply, Output output)
    {
        switch (what)
        {
            case Await.Greeting:
                OnGreeting(reply, output);
                break;
            case Await.Ehlo:
                OnEhloReply(reply, output);
                break;
            case Await.Helo:
                OnHeloReply(reply, output);
                break;
            case Await.StartTls:
                OnStartTlsReply(reply, output);
                break;
            case Await.Auth:
                OnAuthReply(reply, output);
                break;
            case Await.Mail:
                OnMailReply(reply, output);
                break;
            case Await.Rcpt:
                OnRcptReply(recipient, reply, output);
                break;
            case Await.Data:
                OnDataReply(reply, output);
                break;
            case Await.EndOfData:
                OnFinalReply(reply, output);
                break;
            case Await.EndOfEmptyData:
                Complete(output);
                break;
            case Await.Rset:
                OnRsetReply(output);
                break;
            case Await.Quit:
                _mode = Mode.Ended;
                break;
        }
    }

    private Fault FaultOfLoss()
    {
        // After QUIT there is nothing to lose: a server that closes instead of answering 221 is as good.
        if (_awaited.TryPeek(out (Await What, int) awaited) && awaited.What == Await.Quit)
            return Fault.None;
        Fault known = _peer.Fault;
        if (TriedTls && !IsTls && known != Fault.Cancelled)
            return Fault.Tls;
        return known == Fault.None ? Fault.Closed : known;
    }

    private Next End(Fault fault, Reply? reply, string text = "")
    {
        if (_mode == Mode.Ended)
            return Next.Close;
        _mode = Mode.Ended;
        _fault = fault;
        _lastReply = reply;
        FaultText = text;
        bool isFirst = TransactionsCompleted == 0 && _awaitingFinalReply is null;
        if (_awaitingFinalReply is { } sent)
            Fail(sent, fault, reply);
        if (_transaction is { } transaction)
            FailOrReturn(transaction, isFirst);
        _awaitingFinalReply = _transaction = null;
        return Next.Close;
    }

    private void Fail(SmtpClientTransaction transaction, Fault fault, Reply? reply)
    {
        transaction.FailRest(fault, Stage, reply);
        _owner.Completed(transaction);
    }

    // RFC 5321 §3.8: a server may close between two transactions; what it has not answered was not begun.
    private void FailOrReturn(SmtpClientTransaction transaction, bool isFirst)
    {
        if (_isAnswered || isFirst || _fault == Fault.Cancelled)
            Fail(transaction, _fault, _lastReply);
        else
            _owner.Returned(transaction);
    }

    private void WriteCommand(Output output, ReadOnlySpan<byte> verb, string argument, Await reply)
    {
        output.Write(verb);
        output.Write(argument);
        output.Write("\r\n"u8);
        _awaited.Enqueue((reply, -1));
    }

    /// <summary>What a reply other than the expected one means; a positive one breaks the protocol.</summary>
    internal static Fault FaultOf(Reply reply)
        => reply.IsTemporary ? Fault.RefusedTemporary : reply.IsPositive ? Fault.Protocol : Fault.RefusedPermanent;
}
