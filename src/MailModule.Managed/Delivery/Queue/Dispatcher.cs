using System.Diagnostics.CodeAnalysis;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// Which destination gets a connection when, and which transaction the connection is given. It knows no reply and no
/// host: what an answer means is the <see cref="ResultHandler"/>'s. Its own facts are guarded by the table's lock.
/// </summary>
internal sealed class Dispatcher(
    QueueTable table, ResultHandler results, QueueEvents events, QueueDependencies dependencies)
{
    /// <summary>Transactions that are deferred in one go under the lock.</summary>
    private const int StepLimit = 256;

    /// <summary>How long no attempt begins after this machine had no descriptor or connection left.</summary>
    private static readonly TimeSpan ShortagePause = TimeSpan.FromSeconds(1);

    private readonly DestinationTable _destinations
        = new(dependencies.ConnectionLimit, dependencies.ConnectionsPerDestination);
    private readonly ConnectionLines _lines = new();
    private readonly RunLimits _limits = new(dependencies, events);
    private readonly List<Destination> _down = [];
    private readonly HashSet<QueueAttempt> _attempts = [];
    private DateTimeOffset _pausedUntil;
    private bool _isStarted;

    /// <summary>An attempt is under way. With the table's lock held.</summary>
    public bool IsBusy => _attempts.Count > 0;

    /// <summary>
    /// When attempts may begin again, or one has been waited for long enough; null: not before something happens. With
    /// the table's lock held.
    /// </summary>
    public DateTimeOffset? NextDue => _pausedUntil > Now ? _pausedUntil : Patience.NextDue(_attempts, Now);

    private Patience Patience => field ??= new Patience(_limits, _lines);

    private DateTimeOffset Now => dependencies.Time.GetUtcNow();

    /// <summary>A destination waits for a connection, or did when the time began to be kept for it.</summary>
    private bool IsWaiting => !_lines.IsEmpty || Patience.IsKeepingTime;

    /// <summary>From now on attempts begin. With the table's lock held.</summary>
    public void Start() => _isStarted = true;

    /// <summary>Moves every time, after the clock was set. With the table's lock held.</summary>
    public void Shift(TimeSpan by)
    {
        if (_pausedUntil > Now)
            _pausedUntil += by;
        _limits.ForgetFailures(); // what they were remembered until has moved
        foreach (QueueAttempt attempt in _attempts)
            attempt.Began += by;
    }

    /// <summary>Hosts that were down are worth an attempt again. With the table's lock held.</summary>
    public void ForgetFailures() => _limits.ForgetFailures();

    /// <summary>Puts what was made ready in line for its destination. With the table's lock held.</summary>
    public void LineUp()
    {
        while (table.TryTakeReady(out QueuedTransaction queued))
        {
            Destination destination = _destinations.Of(queued.NextHop, _limits);
            destination.Enqueue(queued);
            RequestConnection(destination);
        }
        while (_limits.TryTakeAwakened(out Destination destination))
        {
            RequestConnection(destination);
            if (destination.Line is null)
                GoWithout(destination);
        }
    }

    /// <summary>
    /// Ends a step: begins as many attempts as there may be, and has the log written. Without the lock, for an attempt
    /// may end before its beginning returns.
    /// </summary>
    public void StartAttempts()
    {
        events.WriteLines();
        while (true)
        {
            QueueAttempt? attempt;
            lock (table.Lock)
                attempt = TryOpenAttempt();
            if (attempt is null)
                return;
            attempt.Begin();
        }
    }

    /// <summary>
    /// Defers what waits for destinations that are down, a part at a time. True if there is more. With the table's lock
    /// held.
    /// </summary>
    public bool DeferSome()
    {
        if (_down.Count == 0)
            return false;
        Destination destination = _down[^1];
        for (int i = 0; i < StepLimit; i++)
        {
            if (destination.Dequeue() is not { } queued)
            {
                destination.Failure = null;
                _down.RemoveAt(_down.Count - 1);
                _destinations.ForgetIfIdle(destination);
                break;
            }
            results.Unreachable(queued, destination.Failure!);
        }
        return _down.Count > 0;
    }

    /// <summary>
    /// Has those attempts go on that wait for an answer while others wait for their runs. Without the lock.
    /// </summary>
    public void GiveUpSilent()
    {
        List<QueueAttempt> overdue;
        lock (table.Lock)
        {
            overdue = Patience.Overdue(_attempts, Now);
            foreach (QueueAttempt attempt in overdue)
                attempt.IsGivenUp = true;
        }
        foreach (QueueAttempt attempt in overdue)
            attempt.Transfer.GiveUpWaiting();
    }

    public void CancelAttempts()
    {
        QueueAttempt[] attempts;
        lock (table.Lock)
            attempts = [.. _attempts];
        foreach (QueueAttempt attempt in attempts)
            attempt.Transfer.Cancel();
    }

    public void LookingUp(QueueAttempt attempt)
    {
        lock (table.Lock)
            _limits.LookingUp(attempt);
        StartAttempts();
    }

    public ConnectVerdict MayConnect(QueueAttempt attempt, TargetAddress target, out AttemptResult? known)
    {
        ConnectVerdict verdict;
        lock (table.Lock)
            verdict = _limits.MayConnect(attempt, target, out known);
        StartAttempts();
        return verdict;
    }

    /// <summary>To an address that was granted, the first time or once more, without TLS.</summary>
    public void Connecting(QueueAttempt attempt)
    {
        lock (table.Lock)
            attempt.BeginWait(Now);
    }

    public void Ready(QueueAttempt attempt)
    {
        lock (table.Lock)
            _limits.Ready(attempt);
    }

    public void NotReady(QueueAttempt attempt, AttemptResult failure)
    {
        lock (table.Lock)
            _limits.NotReady(attempt, failure);
    }

    public SmtpClientTransaction? NextTransaction(QueueAttempt attempt)
    {
        SmtpClientTransaction? transaction;
        bool isWaiting;
        lock (table.Lock)
        {
            if (!attempt.IsReady)
            {
                attempt.IsReady = true;
                _limits.HandOut(attempt);
                attempt.Destination.ConnectionIsReady();
            }
            LineUp();
            transaction = MustEnd(attempt) ? null : NextTransactionOf(attempt);
            RequestConnection(attempt.Destination);
            isWaiting = IsWaiting;
        }
        EndStep(isWaiting);
        return transaction;
    }

    public void Completed(QueueAttempt attempt, SmtpClientTransaction transaction)
    {
        bool isWaiting;
        lock (table.Lock)
        {
            attempt.HasAnswered = attempt.HasAnswered || HasReply(transaction);
            if (results.Completed(attempt.Transfer.TakeBack(transaction), transaction))
            {
                attempt.Delivered++;
                attempt.Destination.GrowWindow();
                _limits.Delivered(attempt);
                if (dependencies.Schedule().Pause is { Ticks: > 0 } pause)
                {
                    _pausedUntil = Now + pause;
                    table.Wake();
                }
            }
            LineUp();
            RequestConnection(attempt.Destination);
            isWaiting = IsWaiting;
        }
        EndStep(isWaiting);
    }

    public void Returned(QueueAttempt attempt, SmtpClientTransaction transaction)
    {
        lock (table.Lock)
        {
            results.ReturnedUntried(attempt.Transfer.TakeBack(transaction));
            LineUp();
        }
        StartAttempts();
    }

    public void Ended(QueueAttempt attempt, AttemptResult end)
    {
        lock (table.Lock)
        {
            while (attempt.Transfer.TakeBackAny() is { } queued)
                results.ReturnedUntried(queued);
            LineUp();
            EndConnection(attempt, end);
        }
        StartAttempts();
    }

    // The lock is taken with every message: not once more for nothing.
    private void EndStep(bool isWaiting)
    {
        if (isWaiting)
            StartAttempts();
        else
            events.WriteLines();
    }

    private static bool HasReply(SmtpClientTransaction transaction)
    {
        foreach (AttemptResult? result in transaction.Results)
            if (result?.Reply is not null)
                return true;
        return false;
    }

    private void EndConnection(QueueAttempt attempt, AttemptResult end)
    {
        bool isShortage = end.Fault == Fault.Full;
        bool isPutOff = attempt.IsPutOff && !isShortage;
        bool wentWrong = end.Fault is not (Fault.None or Fault.Cancelled) && !isShortage && !isPutOff;
        Destination destination = attempt.Destination;
        _attempts.Remove(attempt);
        _limits.End(attempt, end);
        _destinations.EndConnection(destination, attempt.IsReady, wentWrong);
        if (isShortage)
            _pausedUntil = Now + ShortagePause;
        else if (isPutOff)
            _limits.Park(attempt);
        // Other connections may still be on their way to the next hop: the last one decides.
        else if (wentWrong && !attempt.IsReady && destination.Connections == 0)
            MarkDown(destination, end.Bounded());
        RequestConnection(destination);
        _destinations.ForgetIfIdle(destination);
        if (isShortage || table.IsClosed)
            table.Wake();
    }

    private QueueAttempt? TryOpenAttempt()
    {
        LineUp();
        if (!_isStarted || table.IsClosed)
            return null;
        if (!_lines.IsEmpty && Now >= _pausedUntil && TryTakeTurn(out Destination? destination, out RunKind kind))
            return OpenAttempt(destination, kind);
        NoticePressure();
        return null;
    }

    private bool TryTakeTurn([NotNullWhen(true)] out Destination? destination, out RunKind kind)
    {
        _limits.SetLimit(dependencies.Schedule().Pause > TimeSpan.Zero ? 1 : dependencies.ConnectionLimit);
        while (_lines.TryDequeue(_limits, out destination, out kind))
        {
            if (!_destinations.WantsConnection(destination))
                GoWithout(destination);
            else if (destination.Kind is var newKind && newKind != kind)
                _lines.Add(destination, newKind);
            else
                return true;
        }
        return false;
    }

    private QueueAttempt OpenAttempt(Destination destination, RunKind kind)
    {
        _destinations.BeginConnection(destination);
        var attempt = new QueueAttempt(this, destination, NewTransfer(destination)) { Kind = kind };
        _attempts.Add(attempt);
        _limits.Begin(attempt);
        RequestConnection(destination);
        return attempt;
    }

    private void GoWithout(Destination destination)
    {
        _limits.PassOn(destination);
        _destinations.ForgetIfIdle(destination);
    }

    // The queue's thread keeps the time.
    private void NoticePressure()
    {
        if (!Patience.PressureBegins(dependencies.Time, out string? line))
            return;
        if (line is not null)
            events.Note(line);
        table.Wake();
    }

    private Transfer<QueuedTransaction> NewTransfer(Destination destination)
        => new(dependencies.RemoteDelivery, destination.NextHop, NewTransaction);

    private void RequestConnection(Destination destination)
    {
        if (_destinations.WantsConnection(destination))
            _lines.Add(destination, destination.Kind);
    }

    private void MarkDown(Destination destination, AttemptResult failure)
    {
        destination.Failure = failure;
        _limits.Down(destination);
        _down.Add(destination);
        table.Wake();
    }

    private bool MustEnd(QueueAttempt attempt)
    {
        bool hasWorked = attempt.Delivered + attempt.Transfer.UnderWay > 0;
        return table.IsClosed || attempt.Destination.Failure is not null
            || hasWorked && dependencies.Schedule().Pause > TimeSpan.Zero;
    }

    private SmtpClientTransaction? NextTransactionOf(QueueAttempt attempt)
    {
        while (TakeWaiting(attempt) is { } queued)
        {
            if (!queued.Item.Entry.IsClaimed)
                results.Forget(queued);
            else if (!results.TryReturnLate(queued) && !table.TryRegroup(queued))
                return HandOver(queued, attempt);
            LineUp();
        }
        return null;
    }

    private QueuedTransaction? TakeWaiting(QueueAttempt attempt)
    {
        Destination destination = attempt.Destination;
        if (destination.IsReportNext && _limits.TryServe(attempt, isReport: true))
            return destination.Dequeue(isReport: true);
        return destination.HasMail && _limits.TryServe(attempt, isReport: false)
            ? destination.Dequeue(isReport: false)
            : null;
    }

    private SmtpClientTransaction HandOver(QueuedTransaction queued, QueueAttempt attempt)
    {
        table.MakeActive(queued);
        return attempt.Transfer.HandOut(queued);
    }

    private SmtpClientTransaction NewTransaction(QueuedTransaction queued)
    {
        QueueItem item = queued.Item;
        List<Recipient> recipients = queued.Recipients.ConvertAll(item.RecipientOf);
        return SmtpClientTransaction.Of(
            item.Entry.Envelope, recipients, dependencies.ContentOf(item.Entry), Now, mayChunk: queued.Attempts == 0,
            isRelayed: true);
    }
}
