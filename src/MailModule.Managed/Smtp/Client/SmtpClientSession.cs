using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// Drives whole transactions over a dialogue, as its owner gives them: with pipelining (RFC 2920) where the server
/// offers it, a result for each recipient, and the next transaction begun behind the final dot of the last. It says
/// which commands come next and what their replies mean for a message; the rest is <see cref="SmtpDialogue"/>'s.
/// </summary>
/// <remarks>
/// Two transactions at most are under way: one whose final dot is out (<see cref="_awaitingFinalReply"/>), and the one
/// that commands are written for (<see cref="_transaction"/>), which may have begun in the same write. Replies come in
/// the order of the commands, so the dot's is the first of both.
/// </remarks>
internal sealed partial class SmtpClientSession : ISession
{
    private readonly ISmtpClientOwner _owner;
    private readonly SmtpDialogue _dialogue;
    private readonly SmtpOpening _opening;
    private readonly Action _contentReady;
    private readonly EightBitUse _eightBit;

    /// <summary>Handed out, and not begun: its content has no form yet that the server takes.</summary>
    private SmtpClientTransaction? _next;
    private bool _isPreparing;

    /// <summary>Nothing is waited for any more.</summary>
    private bool _isEnding;
    private SmtpClientTransaction? _transaction;
    private SmtpClientTransaction? _awaitingFinalReply;
    private int _nextRecipient;
    private bool _mailRefused;
    private bool _isAnswered;
    private bool _needsReset;

    public SmtpClientSession(SmtpClientOptions options, ISmtpClientOwner owner, IPeer peer)
    {
        _owner = owner;
        _dialogue = new SmtpDialogue(peer, options.Timeouts, options.Timeout);
        _opening = new SmtpOpening(options, _dialogue);
        _contentReady = peer.Resume;
        _eightBit = options.EightBit;
    }

    /// <inheritdoc cref="SmtpDialogue.Extensions"/>
    public ServerExtensions Extensions => _dialogue.Extensions;

    /// <inheritdoc cref="SmtpDialogue.ServerName"/>
    public string ServerName => _dialogue.ServerName;

    /// <inheritdoc cref="SmtpDialogue.Stage"/>
    public SmtpStage Stage => _dialogue.Stage;

    /// <inheritdoc cref="SmtpDialogue.IsTls"/>
    public bool IsTls => _dialogue.IsTls;

    /// <inheritdoc cref="SmtpDialogue.TriedTls"/>
    public bool TriedTls => _dialogue.TriedTls;

    /// <inheritdoc cref="SmtpDialogue.IsStartingTls"/>
    public bool IsStartingTls => _dialogue.IsStartingTls;

    /// <summary>
    /// What there is to say for a human about the connection's end beside its fault and the server's words; empty if
    /// nothing.
    /// </summary>
    public string FaultText => _dialogue.End?.Text ?? "";

    /// <summary>
    /// Transactions on this connection that came to the server's answer: after one, an end at
    /// <see cref="SmtpStage.Idle"/> or <see cref="SmtpStage.Mail"/> says nothing about the host.
    /// </summary>
    public int TransactionsCompleted { get; private set; }

    /// <summary>
    /// For the owner, after <see cref="ISmtpClientOwner.Challenged"/>: works out the response to the challenge. May
    /// take long.
    /// </summary>
    public void ComputeResponse() => _opening.ComputeResponse();

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        _dialogue.BeginTurn();
        if (_dialogue.IsInHandshake || _dialogue.IsChallenged)
            _opening.Continue(output);
        if (_isPreparing)
            BeginNext(output);
        Next next = ReadReplies(ref input, output);
        if (next == Next.Read)
            _dialogue.EndTurn(output);
        return next;
    }

    public void Expire(ExpiryReason reason, Output output)
    {
        _isEnding = true;
        if (reason == ExpiryReason.Idle)
            HandleUnfinished(hadTime: true, output);
        _dialogue.Expire(reason);
        EndTransactions();
    }

    public void Closed()
    {
        _isEnding = true;
        HandleUnfinished(hadTime: false, new Output());
        _dialogue.Closed();
        EndTransactions();
        _owner.Ended(this, _dialogue.End!.Fault, _dialogue.End.Reply);
    }

    private Next ReadReplies(ref ReadOnlySpan<byte> input, Output output)
    {
        while (true)
        {
            if (_dialogue.IsInHandshake)
                return Next.StartTls;
            if (_dialogue.IsChallenged || _isPreparing)
                return Next.Wait;
            switch (_dialogue.Read(ref input, out AwaitedReply answered, out Reply reply))
            {
                case DialogueRead.Ended:
                    EndTransactions();
                    return Next.Close;
                case DialogueRead.Part:
                    return Next.Read;
                case DialogueRead.Nothing:
                    return _dialogue.IsInContent ? WriteContent(output) : Next.Read;
            }
            HandleReply(answered, reply, output);
        }
    }

    private void HandleUnfinished(bool hadTime, Output output)
    {
        if (_dialogue.TryReadUnfinished(hadTime, out AwaitedReply answered, out Reply reply))
            HandleReply(answered, reply, output);
    }

    private void HandleReply(AwaitedReply answered, Reply reply, Output output)
    {
        switch (answered.To)
        {
            case ReplyTo.Mail:
                OnMailReply(reply, output);
                break;
            case ReplyTo.Rcpt:
                OnRcptReply(answered.Number, reply, output);
                break;
            case ReplyTo.Data:
                OnDataReply(reply, output);
                break;
            case ReplyTo.FinalDot:
                OnFinalReply(reply, output);
                break;
            case ReplyTo.Rset:
                OnRsetReply(output);
                break;
            case ReplyTo.Quit:
                break;
            default:
                OnOpeningReply(answered.To, reply, output);
                break;
        }
    }

    private void OnOpeningReply(ReplyTo to, Reply reply, Output output)
    {
        OpeningStep step = _opening.OnReply(to, reply, output);
        if (step == OpeningStep.Ready)
            BeginNext(output);
        else if (step == OpeningStep.Challenged)
            _owner.Challenged(this);
    }

    private void QuitWith(Reply reply, Output output)
        => _dialogue.QuitWith(new DialogueEnd(Fault.Protocol, reply), output);

    private void EndTransactions()
    {
        DialogueEnd end = _dialogue.End!;
        bool isFirst = TransactionsCompleted == 0 && _awaitingFinalReply is null;
        if (_awaitingFinalReply is { } sent)
            Fail(sent, end);
        if (_transaction is { } transaction)
            FailOrReturn(transaction, end, isFirst);
        if (_next is { } next)
            FailOrReturn(next, end, isFirst);
        _awaitingFinalReply = _transaction = _next = null;
        _isPreparing = false;
    }

    private void Fail(SmtpClientTransaction transaction, DialogueEnd end)
    {
        transaction.FailRest(end.Fault, Stage, end.Reply, end.Fault == Fault.Protocol ? end.Text : "");
        _owner.Completed(transaction);
    }

    // RFC 5321 §3.8: a server may close between two transactions; what it has not answered was not begun.
    private void FailOrReturn(SmtpClientTransaction transaction, DialogueEnd end, bool isFirst)
    {
        if (_isAnswered || isFirst || end.Fault == Fault.Cancelled)
            Fail(transaction, end);
        else
            _owner.Returned(transaction);
    }
}
