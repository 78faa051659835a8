using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>One session's calls of its host's handlers of the SMTP server.</summary>
internal sealed class HandlerCalls : TableCalls<StepAnswer>
{
    /// <summary>
    /// Steps that wait for a place in the pool however many do: what has come as far as its content was let in before,
    /// and to RSET and NOOP a server says 250 alone (RFC 5321 §4.1.1.5, §4.1.1.9).
    /// </summary>
    private const HandlerSteps Waiting
        = HandlerSteps.Chunk | HandlerSteps.Message | HandlerSteps.Reset | HandlerSteps.Noop;

    private readonly HandlerSession?[] _sessions;
    private StepAnswer _chunkAnswer;

    public HandlerCalls(HandlerSet set, SmtpSession session, ISessionEffects effects)
        : base(set, session.Peer, HostCall.SmtpHandler, "smtp", ReplyForm.Smtp)
    {
        Set = set;
        Session = session;
        Effects = effects;
        _sessions = new HandlerSession?[set.Tables.Count];
    }

    public HandlerSet Set { get; }
    public SmtpSession Session { get; }
    public ISessionEffects Effects { get; }

    /// <summary>What the step is about; set before <see cref="Ask"/>.</summary>
    public StepArguments Arguments { get; } = new();

    /// <summary>What the handler that was called last has found out.</summary>
    public StepFindings Findings { get; } = new();

    public HandlerSteps Step { get; private set; }

    public DateTimeOffset Began { get; } = DateTimeOffset.UtcNow;

    protected override int Tables => _sessions.Length;
    protected override string StepName => Step.ToString();
    protected override StepAnswer NoAnswer => _chunkAnswer;
    protected override StepAnswer Busy => StepReplies.Busy(Step, Set.Busy);
    protected override bool HearsOfEnd
        => Set.Has(HandlerSteps.Close | HandlerSteps.Error | HandlerSteps.Timeout);

    /// <summary>
    /// Asks the tables that have the step. Null: <see cref="ISessionEffects.Answered"/> will be called, perhaps before
    /// this has returned.
    /// </summary>
    public StepAnswer? Ask(HandlerSteps step)
    {
        Step = step;
        _chunkAnswer = default;
        return TryAsk((step & Waiting) != 0, out StepAnswer answer) ? answer : null;
    }

    /// <summary>A login is decided: nothing of what the client has proved it by is kept.</summary>
    public void ForgetLogin()
    {
        Arguments.Login = null;
        Arguments.Text = "";
        Findings.Clear();
    }

    public override void End(Fault fault, string text)
    {
        Step = HandlerSteps.Close;
        base.End(fault, text);
    }

    protected override bool Asks(int table) => (Set.Tables[table].Steps & Step) != 0;

    protected override int Call(int table)
    {
        Findings.Clear();
        return Arguments.Call(Set.Tables[table], Step, SessionOf(table));
    }

    protected override StepAnswer Read(int? verdict)
    {
        if (verdict is not { } known)
            return StepReplies.Over;
        if (StepReplies.TryRead(Step, known, Reply, Session, out StepAnswer answer))
            return answer;
        Set.Log.AnswerDoesNotFit(Step, known, Reply.Code, Session.RemoteEndPoint);
        return StepReplies.Unfit(Step);
    }

    // Each table gets each piece, that which one of them refuses too; behind it none is asked (HandledContent).
    protected override bool EndsStep(int table, StepAnswer answer)
    {
        if (Step != HandlerSteps.Chunk)
            return answer.Kind != StepAnswerKind.Continue;
        if (answer.IsRefusal && !_chunkAnswer.IsRefusal)
            _chunkAnswer = answer;
        return false;
    }

    protected override void Answered(StepAnswer answer) => Effects.Answered(Step, answer);

    protected override bool Knows(int table) => _sessions[table] is not null;

    protected override bool Hears(int table, EndStep what) => (Set.Tables[table].Steps & StepOf(what)) != 0;

    protected override void Tell(int table, EndStep what, Fault fault, string text)
    {
        (ISmtpHandlers handlers, HandlerSession own) = (Set.Tables[table], SessionOf(table));
        if (what == EndStep.Timeout)
            handlers.Timeout(own);
        else if (what == EndStep.Error)
            handlers.Error(own, fault, text);
        else
            handlers.Close(own);
    }

    // RFC 5321 §3.2: no reply like EHLO's to HELO
    protected override string? WhyOneLine()
        => Step == HandlerSteps.Helo ? "the reply to HELO has one line" : null;

    private static HandlerSteps StepOf(EndStep what) => what switch
    {
        EndStep.Timeout => HandlerSteps.Timeout,
        EndStep.Error => HandlerSteps.Error,
        _ => HandlerSteps.Close,
    };

    private HandlerSession SessionOf(int table) => _sessions[table] ??= new HandlerSession(this, table);
}
