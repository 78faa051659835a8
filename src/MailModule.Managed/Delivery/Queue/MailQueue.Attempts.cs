using System.Runtime.InteropServices;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

// Which destination gets a connection when, and what the connection is given: this part knows no host, and no answer.
internal sealed partial class MailQueue
{
    /// <summary>Transactions that are moved in one go under the lock.</summary>
    private const int StepLimit = 256;

    /// <summary>Times in a row that a transaction may come back untried, before that counts as an attempt.</summary>
    private const int ReturnLimit = 3;

    /// <summary>How long no attempt begins after this machine had no descriptor or connection left.</summary>
    private static readonly TimeSpan ShortagePause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Destination> _destinations = [];
    private readonly Queue<Destination> _awaitingConnection = new();
    private readonly List<Destination> _down = [];
    private readonly HashSet<QueueAttempt> _attempts = [];
    private DateTimeOffset _pausedUntil;

    /// <summary>
    /// Begins as many attempts as there may be. Outside the lock, for an attempt may end before its beginning returns.
    /// </summary>
    private void StartAttempts()
    {
        while (true)
        {
            QueueAttempt? attempt;
            lock (_lock)
                attempt = TryOpenAttempt();
            if (attempt is null)
                return;
            attempt.Begin(_dependencies.RemoteDelivery);
        }
    }

    private QueueAttempt? TryOpenAttempt()
    {
        if (_awaitingConnection.Count == 0 || !_isStarted || _isStopping || Now < _pausedUntil)
            return null;
        int limit = _dependencies.Schedule().Pause > TimeSpan.Zero ? 1 : _dependencies.ConnectionLimit;
        while (_attempts.Count < limit && _awaitingConnection.TryDequeue(out Destination? destination))
        {
            destination.IsAwaitingConnection = false;
            if (!destination.WantsConnection)
            {
                if (destination.IsIdle)
                    _destinations.Remove(destination.NextHop);
                continue;
            }
            destination.BeginConnection();
            var attempt = new QueueAttempt(this, destination);
            _attempts.Add(attempt);
            RequestConnection(destination);
            return attempt;
        }
        return null;
    }

    private Destination DestinationOf(string nextHop)
    {
        ref Destination? destination = ref CollectionsMarshal.GetValueRefOrAddDefault(_destinations, nextHop, out _);
        return destination ??= new Destination(nextHop, _dependencies.ConnectionsPerDestination);
    }

    private void RequestConnection(Destination destination)
    {
        if (destination.IsAwaitingConnection || !destination.WantsConnection)
            return;
        destination.IsAwaitingConnection = true;
        _awaitingConnection.Enqueue(destination);
    }

    internal SmtpClientTransaction? NextTransaction(QueueAttempt attempt)
    {
        SmtpClientTransaction? transaction;
        lock (_lock)
        {
            if (!attempt.IsReady)
            {
                attempt.IsReady = true;
                attempt.Destination.ConnectionIsReady();
            }
            transaction = MustEnd(attempt) ? null : NextTransactionOf(attempt);
            RequestConnection(attempt.Destination);
        }
        StartAttempts();
        return transaction;
    }

    private bool MustEnd(QueueAttempt attempt)
    {
        bool hasWorked = attempt.Delivered + attempt.Transactions.Count > 0;
        return _isStopping || attempt.Destination.Failure is not null
            || hasWorked && _dependencies.Schedule().Pause > TimeSpan.Zero;
    }

    private SmtpClientTransaction? NextTransactionOf(QueueAttempt attempt)
    {
        while (attempt.Destination.Dequeue() is { } queued)
        {
            if (!TryRegroup(queued))
                return HandOver(queued, attempt);
        }
        return null;
    }

    private SmtpClientTransaction HandOver(QueuedTransaction queued, QueueAttempt attempt)
    {
        QueueItem item = queued.Item;
        SetState(queued, QueueState.Active);
        attempt.Transactions.Add(queued); // first: whatever fails from here on, the attempt's end brings it back
        var recipients = new Recipient[queued.Recipients.Count];
        for (int i = 0; i < recipients.Length; i++)
            recipients[i] = item.RecipientOf(queued.Recipients[i]);
        Envelope envelope = item.Entry.Envelope;
        queued.Transaction = new SmtpClientTransaction(
            envelope.ReversePath, recipients, _dependencies.ContentOf(item.Entry))
        {
            Return = envelope.Return,
            EnvelopeId = envelope.EnvelopeId,
            IsUtf8 = envelope.Utf8,
        };
        return queued.Transaction;
    }

    // The settings may have changed while the transaction waited: then it stands with the wrong destination.
    private bool TryRegroup(QueuedTransaction queued)
    {
        foreach (QueueRecipient recipient in queued.Recipients)
            if (_dependencies.NextHopOf(queued.Item.RecipientOf(recipient).Address.Domain) != queued.NextHop)
            {
                Regroup(queued);
                return true;
            }
        return false;
    }

    private void Regroup(QueuedTransaction old)
    {
        QueueItem item = old.Item;
        item.Transactions.Remove(old);
        int kept = item.Transactions.Count;
        foreach (QueueRecipient recipient in old.Recipients)
        {
            _recipientCounts[(int)old.State]--;
            AssignTransaction(item, recipient, default);
        }
        foreach (QueuedTransaction queued in item.Transactions.Skip(kept).ToArray())
            MakeReady(queued);
    }

    internal void Completed(QueueAttempt attempt, SmtpClientTransaction transaction)
    {
        lock (_lock)
        {
            QueuedTransaction queued = attempt.Remove(transaction);
            if (ApplyResults(queued, transaction))
            {
                attempt.Delivered++;
                attempt.Destination.GrowWindow();
                if (_dependencies.Schedule().Pause is { Ticks: > 0 } pause)
                {
                    _pausedUntil = Now + pause;
                    Wake();
                }
            }
            RequestConnection(attempt.Destination);
        }
        StartAttempts();
    }

    internal void Returned(QueueAttempt attempt, SmtpClientTransaction transaction)
    {
        lock (_lock)
        {
            ReturnUntried(attempt.Remove(transaction));
        }
        StartAttempts();
    }

    private void ReturnUntried(QueuedTransaction queued)
    {
        if (++queued.Returns <= ReturnLimit)
            MakeReadyAgain(queued);
        else
            DeferOrFail(queued, new AttemptResult
            {
                Kind = AttemptResultKind.Deferred,
                Fault = Fault.Closed,
                Enhanced = "4.4.2",
                Happened = "the host closes its connections before they are used",
            });
    }

    internal void Ended(QueueAttempt attempt, AttemptResult end)
    {
        lock (_lock)
        {
            foreach (QueuedTransaction queued in attempt.Transactions.ToArray())
                ReturnUntried(attempt.Remove(queued.Transaction!));
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
            if (destination.IsIdle && !destination.IsAwaitingConnection)
                _destinations.Remove(destination.NextHop);
            if (isShortage || _isStopping)
                Wake();
        }
        StartAttempts();
    }

    private void MakeReadyAgain(QueuedTransaction queued)
    {
        if (queued.Item.IsRemoved)
            DropRemoved(queued);
        else if (queued.Item.IsHeld)
            SetState(queued, QueueState.Held);
        else
            MakeReady(queued);
    }

    private void MarkDown(Destination destination, AttemptResult failure)
    {
        destination.Failure = failure;
        _down.Add(destination);
        Wake();
    }

    /// <summary>Defers what waits for destinations that are down, a part at a time. True if there is more.</summary>
    private bool DeferSome()
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
                if (destination.IsIdle && !destination.IsAwaitingConnection)
                    _destinations.Remove(destination.NextHop);
                break;
            }
            DeferOrFail(queued, destination.Failure!);
        }
        return _down.Count > 0;
    }

    private bool WaitForAttempts(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_lock)
        {
            while (_attempts.Count > 0 || _dsnsBeingWritten > 0 || _redirecting > 0)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                    return false;
                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
            }
            return true;
        }
    }

    private void CancelAttempts()
    {
        QueueAttempt[] attempts;
        lock (_lock)
            attempts = [.. _attempts];
        foreach (QueueAttempt attempt in attempts)
            attempt.Cancel();
    }
}
