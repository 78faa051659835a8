using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// One session's calls of its host's handlers, whatever the protocol: table after table, on the pool or the session's
/// own thread, with answers that come later. The session's owner asks for one step at a time; whoever has the answer
/// owns the session then. What a step is, and what its answers mean, is the protocol's.
/// </summary>
/// <param name="peer">The session's connection.</param>
/// <param name="call">As what calls are counted.</param>
/// <param name="area">Of lines of the log.</param>
/// <param name="form">What a status of a reply is.</param>
internal abstract class TableCalls<TAnswer>(
    HandlerSetup setup, IPeer peer, HostCall call, string area, ReplyForm form)
    : IJob, IPendingOwner
    where TAnswer : struct
{
    private int _table;
    private int _openTable = -1;
    private PendingAnswer? _pending;
    private (Fault Fault, string Text)? _end;
    private bool _isPeerGone;

    /// <summary>The reply that the handler under way puts together, or that goes with the answer it owes.</summary>
    public HandlerReply Reply { get; } = new(form);

    IPeer IPendingOwner.Peer => peer;

    /// <summary>How many there are.</summary>
    protected abstract int Tables { get; }

    /// <summary>As the log names it.</summary>
    protected abstract string StepName { get; }

    /// <summary>The answer of a step that no table has ended.</summary>
    protected abstract TAnswer NoAnswer { get; }

    /// <summary>The answer of a step that has found no place in the pool.</summary>
    protected abstract TAnswer Busy { get; }

    /// <summary>A table hears of the end in more than <see cref="EndStep.Close"/>, or has to hear of that.</summary>
    protected abstract bool HearsOfEnd { get; }

    /// <summary>A handler of the table runs, or owes its answer.</summary>
    public bool IsOpenTo(int table) => Volatile.Read(ref _openTable) == table;

    /// <summary>What belongs to the table's answer may still come: it has not answered.</summary>
    public bool IsAnswerOpen(int table)
        => IsOpenTo(table) && Volatile.Read(ref _pending) is not { IsStillOpen: false };

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
        if ((WhyNoReply(table) ?? WhyOneLine()) is { } reason)
            return FaultReason.Because(Fault.State, reason);
        return owed is null ? Reply.AddLine(text) : OfSession(owed.AddReplyLine(text));
    }

    /// <inheritdoc cref="IHandledSession.Defer"/>
    public Fault Defer(TimeSpan timeout, int verdict, out PendingAnswer? pending)
    {
        pending = null;
        if (_pending is not null || _end is not null)
            return FaultReason.Because(Fault.State, "the answer is put off already, or none is asked for");
        if (timeout < TimeSpan.Zero || !PendingAnswer.IsVerdict(verdict))
            return FaultReason.Because(Fault.Argument, "verdict: it is neither a verdict nor a reply code");
        pending = new PendingAnswer(this, timeout == TimeSpan.Zero ? setup.Timeout : timeout, verdict);
        Volatile.Write(ref _pending, pending);
        return Fault.None;
    }

    /// <summary>The session is to end: no step waits for an owed answer any more.</summary>
    public void CancelPending() => Volatile.Read(ref _pending)?.Cancel();

    /// <summary>The session is over; the tables hear of it.</summary>
    /// <param name="fault">None: as it should be.</param>
    public virtual void End(Fault fault, string text)
    {
        // A step that is cut short closes the session by itself: the connection knows of no fault then.
        if (fault == Fault.None && _isPeerGone)
            (fault, text) = (Fault.Closed, "the peer has reset the connection");
        _end = (fault, text);
        if (!HearsOfEnd || setup.Pool is not { } pool)
            TellEnd(fault, text);
        else
            pool.Run(this);
    }

    /// <summary>On a thread of the pool.</summary>
    void IJob.Run()
    {
        HandlerPool.BeginJob();
        try
        {
            if (_end is { } end)
                TellEnd(end.Fault, end.Text);
            else if (TryAskTables(out TAnswer answer))
                Answered(answer);
        }
        finally
        {
            setup.Pool!.EndJob();
        }
    }

    void IPendingOwner.Resume(PendingAnswer pending)
    {
        setup.Pending.Remove(pending);
        setup.RunJob(pending);
    }

    void IPendingOwner.Resumed(int? verdict)
    {
        _isPeerGone |= verdict is null;
        TAnswer answer = Read(verdict);
        Close();
        bool isOver = verdict is null || EndsStep(_table, answer);
        _table++;
        if (isOver)
            Answered(answer);
        else if (setup.Pool is { } pool && HasMore)
            pool.Run(this);
        else if (TryAskTables(out TAnswer rest))
            Answered(rest);
    }

    /// <summary>The table has the step under way.</summary>
    protected abstract bool Asks(int table);

    /// <summary>Calls the handler of the step under way; what it throws is caught.</summary>
    /// <returns>Its verdict.</returns>
    protected abstract int Call(int table);

    /// <summary>What a verdict means for the step under way, with <see cref="Reply"/>.</summary>
    /// <param name="verdict">Null: the session is to end.</param>
    protected abstract TAnswer Read(int? verdict);

    /// <summary>No table behind this one is asked.</summary>
    protected abstract bool EndsStep(int table, TAnswer answer);

    /// <summary>The answer that <see cref="TryAsk"/> did not have; on any thread.</summary>
    protected abstract void Answered(TAnswer answer);

    /// <summary>The table has been called for the session, and so hears of its close.</summary>
    protected abstract bool Knows(int table);

    /// <summary>The table has a handler for it.</summary>
    protected abstract bool Hears(int table, EndStep what);

    /// <summary>Calls that handler; what it throws is caught.</summary>
    protected abstract void Tell(int table, EndStep what, Fault fault, string text);

    /// <summary>Null: the reply to the step under way may have more lines.</summary>
    protected virtual string? WhyOneLine() => null;

    /// <summary>
    /// Asks the tables that have the step. False: <see cref="Answered"/> will be called, perhaps before this has
    /// returned.
    /// </summary>
    /// <param name="mayWait">For a place in the pool, however many do.</param>
    protected bool TryAsk(bool mayWait, out TAnswer answer)
    {
        _table = 0;
        if (setup.Pool is not { } pool || HandlerPool.IsCurrent)
            return TryAskTables(out answer);
        answer = default;
        if (mayWait)
            pool.Run(this);
        else if (!pool.TryRun(this))
        {
            answer = Busy;
            return true;
        }
        return false;
    }

    // Null: the step has a reply, and a handler of the table a say in it.
    private string? WhyNoReply(int table)
        => !IsOpenTo(table) ? HandlerSession.NoHandlerRuns
            : _end is not null ? "the end of a session has no reply" : null;

    // What an owed answer says of itself, said of the session's step.
    private static Fault OfSession(Fault fault)
        => fault is Fault.Handle or Fault.Timeout or Fault.Closed
            ? FaultReason.Because(Fault.State, FaultReason.Current.Text)
            : fault;

    private bool HasMore
    {
        get
        {
            for (int i = _table; i < Tables; i++)
                if (Asks(i))
                    return true;
            return false;
        }
    }

    // False: an answer is owed. What follows may run already, on another thread.
    private bool TryAskTables(out TAnswer answer)
    {
        for (; _table < Tables; _table++)
        {
            if (!Asks(_table))
                continue;
            int? verdict = CallOpen(_table);
            if (_pending is { } pending && verdict == HandlerVerdict.Pending
                && !pending.TryTake(setup.Pending, out verdict))
            {
                answer = default;
                return false;
            }
            _isPeerGone |= verdict is null;
            answer = Read(verdict);
            Close();
            if (verdict is null || EndsStep(_table, answer))
                return true;
        }
        answer = NoAnswer;
        return true;
    }

    private void Close()
    {
        Volatile.Write(ref _openTable, -1);
        Volatile.Write(ref _pending, null);
    }

    private int CallOpen(int table)
    {
        Reply.Clear();
        Volatile.Write(ref _openTable, table);
        int verdict;
        try
        {
            using (InlineCall.Begin(setup.IsInline))
            using (setup.Calls.Enter(call))
                verdict = Call(table);
        }
        catch (Exception e)
        {
            setup.Log.WriteFailure(area, $"a handler failed at {StepName}", e);
            _pending?.Drop(); // before the reply is cleared, which is its while it is open
            Reply.Clear();
            verdict = HandlerVerdict.Error;
        }
        if (verdict != HandlerVerdict.Pending)
            _pending?.Drop();
        return verdict;
    }

    private void TellEnd(Fault fault, string text)
    {
        for (int i = 0; i < Tables; i++)
            TellEnd(i, fault, text);
    }

    private void TellEnd(int table, Fault fault, string text)
    {
        EndStep why = fault == Fault.Timeout ? EndStep.Timeout : EndStep.Error;
        bool hearsWhy = fault != Fault.None && Hears(table, why);
        if (!Knows(table) && !hearsWhy && !Hears(table, EndStep.Close))
            return;
        Volatile.Write(ref _openTable, table);
        if (hearsWhy)
            Notify(table, why, fault, text);
        Notify(table, EndStep.Close, fault, text);
        Volatile.Write(ref _openTable, -1);
    }

    private void Notify(int table, EndStep what, Fault fault, string text)
    {
        try
        {
            using (InlineCall.Begin(setup.IsInline))
            using (setup.Calls.Enter(call))
                Tell(table, what, fault, text);
        }
        catch (Exception e)
        {
            setup.Log.WriteFailure(area, $"a handler failed at {what}", e);
        }
    }
}
