using System.Runtime.InteropServices;
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

    private readonly Dictionary<string, Destination> _destinations = [];
    private readonly Queue<Destination> _awaitingConnection = new();
    private readonly List<Destination> _down = [];
    private readonly HashSet<QueueAttempt> _attempts = [];
    private DateTimeOffset _pausedUntil;
    private bool _isStarted;

    /// <summary>An attempt is under way. With the table's lock held.</summary>
    public bool IsBusy => _attempts.Count > 0;

    /// <summary>When attempts may begin again; null: now. With the table's lock held.</summary>
    public DateTimeOffset? PausedUntil => _pausedUntil > Now ? _pausedUntil : null;

    private DateTimeOffset Now => dependencies.Time.GetUtcNow();

    /// <summary>From now on attempts begin. With the table's lock held.</summary>
    public void Start() => _isStarted = true;

    /// <summary>Moves every time, after the clock was set. With the table's lock held.</summary>
    public void Shift(TimeSpan by)
    {
        if (_pausedUntil > Now)
            _pausedUntil += by;
    }

    /// <summary>Puts what was made ready in line for its destination. With the table's lock held.</summary>
    public void LineUp()
    {
        while (table.TryTakeReady(out QueuedTransaction queued))
        {
            Destination destination = DestinationOf(queued.NextHop);
            destination.Enqueue(queued);
            RequestConnection(destination);
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
                ForgetIfIdle(destination);
                break;
            }
            results.Unreachable(queued, destination.Failure!);
        }
        return _down.Count > 0;
    }

    public void CancelAttempts()
    {
        QueueAttempt[] attempts;
        lock (table.Lock)
            attempts = [.. _attempts];
        foreach (QueueAttempt attempt in attempts)
            attempt.Transfer.Cancel();
    }

    public SmtpClientTransaction? NextTransaction(QueueAttempt attempt)
    {
        SmtpClientTransaction? transaction;
        lock (table.Lock)
        {
            if (!attempt.IsReady)
            {
                attempt.IsReady = true;
                attempt.Destination.ConnectionIsReady();
            }
            LineUp();
            transaction = MustEnd(attempt) ? null : NextTransactionOf(attempt);
            RequestConnection(attempt.Destination);
        }
        StartAttempts();
        return transaction;
    }

    public void Completed(QueueAttempt attempt, SmtpClientTransaction transaction)
    {
        lock (table.Lock)
        {
            if (results.Completed(attempt.Transfer.TakeBack(transaction), transaction))
            {
                attempt.Delivered++;
                attempt.Destination.GrowWindow();
                if (dependencies.Schedule().Pause is { Ticks: > 0 } pause)
                {
                    _pausedUntil = Now + pause;
                    table.Wake();
                }
            }
            LineUp();
            RequestConnection(attempt.Destination);
        }
        StartAttempts();
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

    private void EndConnection(QueueAttempt attempt, AttemptResult end)
    {
        bool isShortage = end.Fault == Fault.Full;
        bool wentWrong = end.Fault is not (Fault.None or Fault.Cancelled) && !isShortage;
        Destination destination = attempt.Destination;
        _attempts.Remove(attempt);
        destination.EndConnection(attempt.IsReady, wentWrong);
        if (isShortage)
            _pausedUntil = Now + ShortagePause;
        // Other connections may still be on their way to the next hop: the last one decides.
        else if (wentWrong && !attempt.IsReady && destination.Connections == 0)
            MarkDown(destination, end.Bounded());
        RequestConnection(destination);
        ForgetIfIdle(destination);
        if (isShortage || table.IsClosed)
            table.Wake();
    }

    private QueueAttempt? TryOpenAttempt()
    {
        LineUp();
        if (_awaitingConnection.Count == 0 || !_isStarted || table.IsClosed || Now < _pausedUntil)
            return null;
        int limit = dependencies.Schedule().Pause > TimeSpan.Zero ? 1 : dependencies.ConnectionLimit;
        while (_attempts.Count < limit && _awaitingConnection.TryDequeue(out Destination? destination))
        {
            destination.IsAwaitingConnection = false;
            if (!destination.WantsConnection)
            {
                ForgetIfIdle(destination);
                continue;
            }
            destination.BeginConnection();
            var attempt = new QueueAttempt(this, destination, NewTransfer(destination));
            _attempts.Add(attempt);
            RequestConnection(destination);
            return attempt;
        }
        return null;
    }

    private Transfer<QueuedTransaction> NewTransfer(Destination destination)
        => new(dependencies.RemoteDelivery, destination.NextHop, NewTransaction);

    private Destination DestinationOf(string nextHop)
    {
        ref Destination? destination = ref CollectionsMarshal.GetValueRefOrAddDefault(_destinations, nextHop, out _);
        return destination ??= new Destination(nextHop, dependencies.ConnectionsPerDestination);
    }

    private void ForgetIfIdle(Destination destination)
    {
        if (destination.IsIdle && !destination.IsAwaitingConnection)
            _destinations.Remove(destination.NextHop);
    }

    private void RequestConnection(Destination destination)
    {
        if (destination.IsAwaitingConnection || !destination.WantsConnection)
            return;
        destination.IsAwaitingConnection = true;
        _awaitingConnection.Enqueue(destination);
    }

    private void MarkDown(Destination destination, AttemptResult failure)
    {
        destination.Failure = failure;
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
        while (attempt.Destination.Dequeue() is { } queued)
        {
            if (!queued.Item.Entry.IsClaimed)
                results.Forget(queued);
            else if (!table.TryRegroup(queued))
                return HandOver(queued, attempt);
            LineUp();
        }
        return null;
    }

    private SmtpClientTransaction HandOver(QueuedTransaction queued, QueueAttempt attempt)
    {
        table.MakeActive(queued);
        return attempt.Transfer.HandOut(queued);
    }

    private SmtpClientTransaction NewTransaction(QueuedTransaction queued)
    {
        QueueItem item = queued.Item;
        var recipients = new Recipient[queued.Recipients.Count];
        for (int i = 0; i < recipients.Length; i++)
            recipients[i] = item.RecipientOf(queued.Recipients[i]);
        return SmtpClientTransaction.Of(item.Entry.Envelope, recipients, dependencies.ContentOf(item.Entry));
    }
}
