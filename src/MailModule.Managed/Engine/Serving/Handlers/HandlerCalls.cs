using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// One session's calls of its host's handlers: table after table, on the pool or the session's own thread, with answers
/// that come later. The session's owner asks for one step at a time; whoever has the answer owns the session then.
/// </summary>
internal sealed class HandlerCalls(HandlerSet set, SmtpSession session, ISessionEffects effects)
    : IJob, IPendingOwner
{
    /// <summary>
    /// Steps that wait for a place in the pool however many do: what has come as far as its content was let in before,
    /// and to RSET and NOOP a server says 250 alone (RFC 5321 §4.1.1.5, §4.1.1.9).
    /// </summary>
    private const HandlerSteps Waiting
        = HandlerSteps.Chunk | HandlerSteps.Message | HandlerSteps.Reset | HandlerSteps.Noop;

    private readonly HandlerSession?[] _sessions = new HandlerSession?[set.Tables.Count];
    private HandlerSteps _step;
    private int _table;
    private int _openTable = -1;
    private int _refusedTables;
    private StepAnswer _chunkAnswer;
    private PendingAnswer? _pending;
    private (Fault Fault, string Text) _end;

    public HandlerSet Set => set;
    public SmtpSession Session => session;
    public ISessionEffects Effects => effects;
    IPeer IPendingOwner.Peer => session.Peer;

    /// <summary>What the step is about; set before <see cref="Ask"/>.</summary>
    public StepArguments Arguments { get; } = new();

    /// <summary>The reply that the handler under way puts together, or that goes with the answer it owes.</summary>
    public HandlerReply Reply { get; } = new();

    /// <summary>What the handler that was called last has found out.</summary>
    public StepFindings Findings { get; } = new();

    public HandlerSteps Step => _step;

    public DateTimeOffset Began { get; } = DateTimeOffset.UtcNow;

    /// <summary>A handler of the table runs, or owes its answer.</summary>
    public bool IsOpenTo(int table) => Volatile.Read(ref _openTable) == table;

    /// <inheritdoc cref="IHandledSession.SetReply"/>
    public Fault SetReply(int table, int code, string? status, string? text)
    {
        PendingAnswer? owed = Volatile.Read(ref _pending);
        if (WhyNoReply(table) is { } reason)
            return FaultReason.Because(Fault.State, reason);
        return owed is null ? Reply.Set(code, status, text) : OfSession(owed.SetReply(code, status, text));
    }

    /// <inheritdoc cref="IHandledSession.AddReplyLine"/>
    public Fault AddReplyLine(int table, string text)
    {
        PendingAnswer? owed = Volatile.Read(ref _pending);
        if (WhyNoReply(table) is { } reason)
            return FaultReason.Because(Fault.State, reason);
        // RFC 5321 §3.2: no reply like EHLO's to HELO
        if (_step == HandlerSteps.Helo)
            return FaultReason.Because(Fault.State, "the reply to HELO has one line");
        return owed is null ? Reply.AddLine(text) : OfSession(owed.AddReplyLine(text));
    }

    /// <summary>
    /// Asks the tables that have the step. Null: <see cref="ISessionEffects.Answered"/> will be called, perhaps before
    /// this has returned.
    /// </summary>
    public StepAnswer? Ask(HandlerSteps step)
    {
        _step = step;
        _table = 0;
        _chunkAnswer = default;
        if (set.Pool is not { } pool || HandlerPool.IsCurrent)
            return AskTables();
        if ((step & Waiting) != 0)
            pool.Run(this);
        else if (!pool.TryRun(this))
            return StepReplies.Busy(step, set.Busy);
        return null;
    }

    /// <summary>A login is decided: nothing of what the client has proved it by is kept.</summary>
    public void ForgetLogin()
    {
        Arguments.Login = null;
        Arguments.Text = "";
        Findings.Clear();
    }

    /// <summary>
    /// A new message's content begins: tables that have refused an earlier one get pieces again.
    /// </summary>
    public void BeginContent() => _refusedTables = 0;

    /// <summary>The session is over; the tables hear of it.</summary>
    /// <param name="fault">None: as it should be.</param>
    public void End(Fault fault, string text)
    {
        (_step, _end) = (HandlerSteps.Close, (fault, text));
        if (!set.Has(HandlerSteps.Close | HandlerSteps.Error | HandlerSteps.Timeout) || set.Pool is not { } pool)
            TellEnd();
        else
            pool.Run(this);
    }

    /// <summary>The session is to end: no step waits for an owed answer any more.</summary>
    public void CancelPending() => Volatile.Read(ref _pending)?.Cancel();

    /// <inheritdoc cref="IHandledSession.Defer"/>
    public Fault Defer(TimeSpan timeout, int verdict, out PendingAnswer? pending)
    {
        pending = null;
        if (_pending is not null || _step == HandlerSteps.Close)
            return FaultReason.Because(Fault.State, "the answer is put off already, or none is asked for");
        if (timeout < TimeSpan.Zero || !PendingAnswer.IsVerdict(verdict))
            return FaultReason.Because(Fault.Argument, "verdict: it is neither a verdict nor a reply code");
        pending = new PendingAnswer(this, timeout == TimeSpan.Zero ? set.Timeout : timeout, verdict);
        Volatile.Write(ref _pending, pending);
        return Fault.None;
    }

    /// <summary>On a thread of the pool.</summary>
    void IJob.Run()
    {
        HandlerPool.BeginJob();
        try
        {
            if (_step == HandlerSteps.Close)
                TellEnd();
            else if (AskTables() is { } answer)
                effects.Answered(_step, answer);
        }
        finally
        {
            set.Pool!.EndJob();
        }
    }

    void IPendingOwner.Resume(PendingAnswer pending)
    {
        set.Pending.Remove(pending);
        set.RunJob(pending);
    }

    void IPendingOwner.Resumed(int? verdict)
    {
        StepAnswer answer = Read(verdict);
        Close();
        bool isOver = verdict is null || EndsStep(answer);
        _table++;
        if (isOver)
            effects.Answered(_step, answer);
        else if (set.Pool is { } pool && HasMore)
            pool.Run(this);
        else if (AskTables() is { } rest)
            effects.Answered(_step, rest);
    }

    // Null: the step has a reply, and a handler of the table a say in it.
    private string? WhyNoReply(int table)
        => !IsOpenTo(table) ? HandlerSession.NoHandlerRuns
            : _step == HandlerSteps.Close ? "the end of a session has no reply" : null;

    // What an owed answer says of itself, said of the session's step.
    private static Fault OfSession(Fault fault)
        => fault is Fault.Handle or Fault.Timeout or Fault.Closed
            ? FaultReason.Because(Fault.State, FaultReason.Current.Text)
            : fault;

    private bool HasMore
    {
        get
        {
            for (int i = _table; i < set.Tables.Count; i++)
                if (Asks(i))
                    return true;
            return false;
        }
    }

    private bool Asks(int table)
        => (set.Tables[table].Steps & _step) != 0
            && (_step != HandlerSteps.Chunk || (_refusedTables & 1 << table) == 0);

    // Null: an answer is owed. What follows may run already, on another thread.
    private StepAnswer? AskTables()
    {
        for (; _table < set.Tables.Count; _table++)
        {
            if (!Asks(_table))
                continue;
            int? verdict = Call();
            if (_pending is { } pending && verdict == HandlerVerdict.Pending
                && !pending.TryTake(set.Pending, out verdict))
                return null;
            StepAnswer answer = Read(verdict);
            Close();
            if (verdict is null || EndsStep(answer))
                return answer;
        }
        return _chunkAnswer;
    }

    // Each table gets each piece, save those that have refused the message.
    private bool EndsStep(StepAnswer answer)
    {
        if (_step != HandlerSteps.Chunk)
            return answer.Kind != StepAnswerKind.Continue;
        if (answer.IsRefusal)
            _refusedTables |= 1 << _table;
        if (answer.IsRefusal && !_chunkAnswer.IsRefusal)
            _chunkAnswer = answer;
        return false;
    }

    private StepAnswer Read(int? verdict)
    {
        if (verdict is not { } known)
            return StepReplies.Over;
        if (StepReplies.TryRead(_step, known, Reply, session, out StepAnswer answer))
            return answer;
        set.Log.AnswerDoesNotFit(_step, known, Reply.Code, session.RemoteEndPoint);
        return StepReplies.Unfit(_step);
    }

    private void Close()
    {
        Volatile.Write(ref _openTable, -1);
        Volatile.Write(ref _pending, null);
    }

    private int Call()
    {
        int table = _table;
        Reply.Clear();
        Findings.Clear();
        HandlerSession own = SessionOf(table);
        Volatile.Write(ref _openTable, table);
        int verdict;
        try
        {
            using (InlineCall.Begin(set.IsInline))
            using (set.Calls.Enter(HostCall.SmtpHandler))
                verdict = Arguments.Call(set.Tables[table], _step, own);
        }
        catch (Exception e)
        {
            set.Log.WriteFailure("smtp", $"a handler failed at {_step}", e);
            _pending?.Drop(); // before the reply is cleared, which is its while it is open
            Reply.Clear();
            verdict = HandlerVerdict.Error;
        }
        if (verdict != HandlerVerdict.Pending)
            _pending?.Drop();
        return verdict;
    }

    private HandlerSession SessionOf(int table) => _sessions[table] ??= new HandlerSession(this, table);

    private void TellEnd()
    {
        for (int i = 0; i < set.Tables.Count; i++)
            TellEnd(set.Tables[i], i);
    }

    private void TellEnd(ISmtpHandlers table, int index)
    {
        bool isTimeout = _end.Fault == Fault.Timeout;
        HandlerSteps heard = isTimeout ? HandlerSteps.Timeout : _end.Fault == Fault.None ? 0 : HandlerSteps.Error;
        if (_sessions[index] is null && (table.Steps & (heard | HandlerSteps.Close)) == 0)
            return;
        HandlerSession own = SessionOf(index);
        Volatile.Write(ref _openTable, index);
        Notify(table, heard & table.Steps, own);
        Notify(table, HandlerSteps.Close, own);
        Volatile.Write(ref _openTable, -1);
    }

    private void Notify(ISmtpHandlers table, HandlerSteps what, HandlerSession own)
    {
        try
        {
            using (InlineCall.Begin(set.IsInline))
            using (set.Calls.Enter(HostCall.SmtpHandler))
                if (what == HandlerSteps.Timeout)
                    table.Timeout(own);
                else if (what == HandlerSteps.Error)
                    table.Error(own, _end.Fault, _end.Text);
                else if (what == HandlerSteps.Close)
                    table.Close(own);
        }
        catch (Exception e)
        {
            set.Log.WriteFailure("smtp", $"a handler failed at {what}", e);
        }
    }
}
