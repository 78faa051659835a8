using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// A connection's life from the greeting to QUIT: <see cref="SmtpOpening"/>, then its owner's transactions, run by a
/// <see cref="TransactionRunner"/>. What is said and read is <see cref="SmtpDialogue"/>'s.
/// </summary>
internal sealed class SmtpClientSession : ISession
{
    private readonly ISmtpClientOwner _owner;
    private readonly SmtpDialogue _dialogue;
    private readonly SmtpOpening _opening;
    private readonly TransactionRunner _runner;
    private bool _isIdle;

    public SmtpClientSession(SmtpClientOptions options, ISmtpClientOwner owner, IPeer peer)
    {
        _owner = owner;
        _dialogue = new SmtpDialogue(peer, options.Timeouts, options.Timeout) { Trace = options.Trace };
        _opening = new SmtpOpening(options, _dialogue);
        _runner = new TransactionRunner(_dialogue, owner, peer.Resume)
        {
            EightBit = options.EightBit,
            Chunking = options.Chunking,
        };
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

    /// <inheritdoc cref="TransactionRunner.CompletedCount"/>
    public int TransactionsCompleted => _runner.CompletedCount;

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
        if (_runner.IsPreparing || _isIdle)
            Run(output);
        Next next = ReadReplies(ref input, output);
        if (next == Next.Read)
            EndTurn(output);
        return next;
    }

    public void Expire(ExpiryReason reason, Output output)
    {
        _runner.IsEnding = true;
        if (reason == ExpiryReason.Idle)
            HandleUnfinished(hadTime: true, output);
        _dialogue.Expire(reason);
        _runner.End();
    }

    public void Closed()
    {
        _runner.IsEnding = true;
        HandleUnfinished(hadTime: false, new Output());
        _dialogue.Closed();
        _runner.End();
        _owner.Ended(this, _dialogue.End!.Fault, _dialogue.End.Reply);
    }

    private void EndTurn(Output output)
    {
        if (_isIdle)
            _dialogue.Rest();
        else
            _dialogue.EndTurn(output);
    }

    private Next ReadReplies(ref ReadOnlySpan<byte> input, Output output)
    {
        while (true)
        {
            if (_dialogue.IsInHandshake)
                return Next.StartTls;
            if (_dialogue.IsChallenged || _runner.IsPreparing)
                return Next.Wait;
            switch (_dialogue.Read(ref input, out AwaitedReply answered, out Reply reply))
            {
                case DialogueRead.Ended:
                    _runner.End();
                    return Next.Close;
                case DialogueRead.Part:
                    return Next.Read;
                case DialogueRead.Nothing:
                    return _dialogue.IsInContent ? _runner.WriteContent(output) : Next.Read;
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
        if (TransactionRunner.IsOfTransaction(answered.To))
        {
            _runner.OnReply(answered, reply, output);
            QuitWhenDone(output);
        }
        else if (answered.To != ReplyTo.Quit)
            OnOpeningReply(answered.To, reply, output);
    }

    private void OnOpeningReply(ReplyTo to, Reply reply, Output output)
    {
        OpeningStep step = _opening.OnReply(to, reply, output);
        if (step == OpeningStep.Ready)
            Run(output);
        else if (step == OpeningStep.Challenged)
            _owner.Challenged(this);
    }

    private void Run(Output output)
    {
        _runner.BeginNext(output);
        QuitWhenDone(output);
    }

    private void QuitWhenDone(Output output)
    {
        _isIdle = _runner.IsDone && !_runner.IsEnding && _owner.Idles();
        if (_runner.IsDone && !_isIdle)
            _dialogue.Quit(output);
    }
}
