using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// An answer that a handler owes its session, which holds no thread meanwhile. While it is open the session's reply
/// (<see cref="IPendingOwner.Reply"/>) is changed through it alone.
/// </summary>
public sealed class PendingAnswer : IJob
{
    private readonly Lock _lock = new();
    private readonly IPendingOwner _owner;
    private readonly TimeSpan _timeout;
    private readonly int _verdictThen;
    private ITimer? _deadline;
    private long _endsAt;
    private Stage _stage;
    private int? _verdict;

    internal PendingAnswer(IPendingOwner owner, TimeSpan timeout, int verdictThen)
    {
        _owner = owner;
        _timeout = timeout;
        _verdictThen = verdictThen == HandlerVerdict.Continue ? HandlerVerdict.Error : verdictThen;
    }

    private enum Stage
    {
        /// <summary>The handler has not returned yet.</summary>
        Begun,
        /// <summary>It has: the session waits.</summary>
        Waiting,
        Answered,
        /// <summary>The deadline's verdict counts.</summary>
        Late,
        /// <summary>The session needs no answer any more: it has one, or is to end.</summary>
        Over,
    }

    /// <inheritdoc cref="IHandledSession.SetReply"/>
    /// <remarks>One thread at a time, before <see cref="Answer"/>.</remarks>
    public Fault SetReply(int code, string? status, string? text)
    {
        lock (_lock)
            return IsOpen ? _owner.Reply.Set(code, status, text) : TooLate();
    }

    /// <inheritdoc cref="IHandledSession.AddReplyLine"/>
    public Fault AddReplyLine(string text)
    {
        lock (_lock)
            return IsOpen ? _owner.Reply.AddLine(text) : TooLate();
    }

    /// <summary>
    /// Gives the answer; any thread, even before the handler has returned. Once: <see cref="Fault.Handle"/> behind
    /// that, <see cref="Fault.Timeout"/> when the deadline's verdict counts already, <see cref="Fault.Closed"/> when
    /// the session is over.
    /// </summary>
    /// <param name="verdict">Not <see cref="HandlerVerdict.Pending"/>.</param>
    public Fault Answer(int verdict)
    {
        if (!IsVerdict(verdict))
            return FaultReason.Because(Fault.Argument, "verdict: it is neither a verdict nor a reply code");
        lock (_lock)
        {
            if (!IsOpen)
                return TooLate();
            _verdict = verdict;
            bool isAwaited = _stage == Stage.Waiting;
            _stage = Stage.Answered;
            if (!isAwaited)
                return Fault.None;
        }
        Resume();
        return Fault.None;
    }

    /// <summary>It has not been given, by whomever.</summary>
    internal bool IsStillOpen
    {
        get
        {
            lock (_lock)
                return IsOpen;
        }
    }

    /// <summary>A number that a deferred answer may be.</summary>
    internal static bool IsVerdict(int verdict)
        => verdict is >= HandlerVerdict.Continue and <= HandlerVerdict.Error and not HandlerVerdict.Pending
            or >= 200 and <= 599;

    /// <summary>The handler has returned. True: the answer is there; false: the session waits for it.</summary>
    /// <param name="verdict">Null: the session is to end.</param>
    internal bool TryTake(PendingAnswers all, out int? verdict)
    {
        lock (_lock)
        {
            verdict = _verdict;
            if (_stage == Stage.Answered)
                return true;
            if (_owner.Peer.IsReset)
            {
                _stage = Stage.Over; // whoever told it came before the wait
                return true;
            }
            _stage = Stage.Waiting;
            all.Add(this);
            TimeSpan time = all.Until(_timeout);
            _endsAt = Environment.TickCount64 + (long)time.TotalMilliseconds;
            _deadline = all.Clock.CreateTimer(
                static pending => ((PendingAnswer)pending!).End(Stage.Late), this, time, Timeout.InfiniteTimeSpan);
            return false;
        }
    }

    /// <summary>The handler has answered by itself after all.</summary>
    internal void Drop()
    {
        lock (_lock)
            if (IsOpen)
                _stage = Stage.Over;
    }

    /// <summary>The session is to end, and waits no longer.</summary>
    internal void Cancel() => End(Stage.Over);

    internal void HurryUp(TimeSpan timeout)
    {
        lock (_lock)
            if (_stage == Stage.Waiting && Environment.TickCount64 + (long)timeout.TotalMilliseconds < _endsAt)
                _deadline?.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The session goes on, on a worker.</summary>
    void IJob.Run() => _owner.Resumed(_verdict);

    private bool IsOpen => _stage is Stage.Begun or Stage.Waiting;

    private Fault TooLate() => FaultReason.Because(
        _stage switch { Stage.Late => Fault.Timeout, Stage.Over => Fault.Closed, _ => Fault.Handle },
        _stage switch
        {
            Stage.Late => "the deadline of the answer has passed",
            Stage.Over => "the session needs no answer any more",
            _ => "the answer was given already",
        });

    private void End(Stage stage)
    {
        lock (_lock)
        {
            if (_stage != Stage.Waiting)
                return;
            _stage = stage;
            _verdict = stage == Stage.Late ? _verdictThen : null;
            _owner.Reply.Clear();
        }
        Resume();
    }

    private void Resume()
    {
        _deadline?.Dispose();
        _owner.Resume(this);
    }
}
