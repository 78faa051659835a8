using System.Runtime.InteropServices;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

// Who gets a connection when, and what a connection is given: it knows no host, and no answer.
public sealed partial class MailQueue
{
    /// <summary>Jobs in one turn under the lock.</summary>
    private const int TurnLimit = 256;

    /// <summary>Times in a row that a job comes back without having been tried, before that counts as an attempt.</summary>
    private const int ReturnLimit = 3;

    /// <summary>How long nothing new is begun when this machine has no descriptor or connection left.</summary>
    private static readonly TimeSpan ShortageRest = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Destination> _destinations = [];
    private readonly Queue<Destination> _inLine = new();
    private readonly List<Destination> _down = [];
    private readonly HashSet<QueueRun> _runs = [];
    private DateTimeOffset _pausedUntil;

    /// <summary>Begins as many runs as there may be. Outside the lock, for a run may end before its beginning returns.</summary>
    private void Pump()
    {
        while (true)
        {
            QueueRun? run;
            lock (_gate)
                run = OpenRun();
            if (run is null)
                return;
            run.Begin(_parts.RemoteDelivery);
        }
    }

    private QueueRun? OpenRun()
    {
        if (_inLine.Count == 0 || !_isStarted || _isStopping || Now < _pausedUntil)
            return null;
        int limit = _parts.Schedule().Pause > TimeSpan.Zero ? 1 : _parts.RunLimit;
        while (_runs.Count < limit && _inLine.TryDequeue(out Destination? destination))
        {
            destination.IsInLine = false;
            if (!destination.WantsRun)
            {
                if (destination.IsIdle)
                    _destinations.Remove(destination.NextHop);
                continue;
            }
            destination.RunBegins();
            var run = new QueueRun(this, destination);
            _runs.Add(run);
            LineUp(destination);
            return run;
        }
        return null;
    }

    private Destination DestinationOf(string nextHop)
    {
        ref Destination? destination = ref CollectionsMarshal.GetValueRefOrAddDefault(_destinations, nextHop, out _);
        return destination ??= new Destination(nextHop, _parts.DestinationLimit);
    }

    private void LineUp(Destination destination)
    {
        if (destination.IsInLine || !destination.WantsRun)
            return;
        destination.IsInLine = true;
        _inLine.Enqueue(destination);
    }

    internal SmtpTransaction? Next(QueueRun run)
    {
        SmtpTransaction? transaction;
        lock (_gate)
        {
            if (!run.IsReady)
            {
                run.IsReady = true;
                run.Destination.RunIsReady();
            }
            transaction = IsToEnd(run) ? null : NextOf(run);
            LineUp(run.Destination);
        }
        Pump();
        return transaction;
    }

    private bool IsToEnd(QueueRun run) => _isStopping || run.Destination.Failure is not null || run.Delivered + run.Jobs.Count > 0 && _parts.Schedule().Pause > TimeSpan.Zero;

    private SmtpTransaction? NextOf(QueueRun run)
    {
        while (run.Destination.Dequeue() is { } job)
        {
            if (!GoesElsewhere(job))
                return HandOver(job, run);
        }
        return null;
    }

    private SmtpTransaction HandOver(Job job, QueueRun run)
    {
        QueueItem item = job.Item;
        Move(job, QueueState.Active);
        run.Jobs.Add(job); // first: what fails from here on brings it back with the run's end
        var results = new RecipientResult[job.Addressees.Count];
        for (int i = 0; i < results.Length; i++)
            results[i] = ResultFor(item.RecipientOf(job.Addressees[i]));
        Envelope envelope = item.Entry.Envelope;
        job.Transaction = new SmtpTransaction(envelope.ReversePath, results, _parts.TextOf(item.Entry)) { Return = envelope.Return, EnvelopeId = envelope.EnvelopeId, IsUtf8 = envelope.Utf8 };
        return job.Transaction;
    }

    private static RecipientResult ResultFor(Recipient recipient)
        => new(recipient.Address) { Notify = recipient.Notify, OriginalRecipient = recipient.OriginalRecipient };

    // The settings may have changed while it waited: then it stands with the wrong destination.
    private bool GoesElsewhere(Job job)
    {
        foreach (Addressee addressee in job.Addressees)
            if (_parts.NextHopOf(job.Item.RecipientOf(addressee).Address.Domain) != job.NextHop)
            {
                PlaceAnew(job);
                return true;
            }
        return false;
    }

    private void PlaceAnew(Job old)
    {
        QueueItem item = old.Item;
        item.Jobs.Remove(old);
        int kept = item.Jobs.Count;
        foreach (Addressee addressee in old.Addressees)
        {
            _recipients[(int)old.State]--;
            Place(item, addressee, default);
        }
        foreach (Job job in item.Jobs.Skip(kept).ToArray())
            MakeReady(job);
    }

    internal void Completed(QueueRun run, IDeliveryAttempt remote, SmtpTransaction transaction)
    {
        lock (_gate)
        {
            Job job = run.Take(transaction);
            if (Judge(job, transaction, remote.Host))
            {
                run.Delivered++;
                run.Destination.WentWell();
                if (_parts.Schedule().Pause is { Ticks: > 0 } pause)
                {
                    _pausedUntil = Now + pause;
                    Wake();
                }
            }
            LineUp(run.Destination);
        }
        Pump();
    }

    internal void Returned(QueueRun run, SmtpTransaction transaction)
    {
        lock (_gate)
        {
            ComeBack(run.Take(transaction));
        }
        Pump();
    }

    private void ComeBack(Job job)
    {
        if (++job.Returns <= ReturnLimit)
            MakeReadyAgain(job);
        else
            Fall(job, new Outcome(OutcomeKind.Deferred, Fault.Closed, 0, "4.4.2", "the host closes its connections before they are used", "", null, Now));
    }

    internal void Ended(QueueRun run, IDeliveryAttempt remote, AttemptEnd end)
    {
        lock (_gate)
        {
            foreach (Job job in run.Jobs.ToArray())
                ComeBack(run.Take(job.Transaction!));
            bool isShortage = end.Fault == Fault.Full;
            bool wentWrong = end.Fault is not (Fault.None or Fault.Cancelled) && !isShortage;
            Destination destination = run.Destination;
            _runs.Remove(run);
            destination.RunEnds(run.IsReady, wentWrong);
            if (isShortage)
                _pausedUntil = Now + ShortageRest;
            // Others may still be on their way: the last one decides.
            else if (wentWrong && !run.IsReady && destination.Runs == 0)
                Fail(destination, Outcome.Of(end, remote.Host, Now));
            LineUp(destination);
            if (destination.IsIdle && !destination.IsInLine)
                _destinations.Remove(destination.NextHop);
            if (isShortage || _isStopping)
                Wake();
        }
        Pump();
    }

    private void MakeReadyAgain(Job job)
    {
        if (job.Item.IsRemoved)
            DropRemoved(job);
        else if (job.Item.IsHeld)
            Move(job, QueueState.Held);
        else
            MakeReady(job);
    }

    private void Fail(Destination destination, Outcome failure)
    {
        destination.Failure = failure;
        _down.Add(destination);
        Wake();
    }

    /// <summary>Puts off what waits for destinations that are down, a part at a time. True if there is more.</summary>
    private bool PutOffSome()
    {
        if (_down.Count == 0)
            return false;
        Destination destination = _down[^1];
        for (int i = 0; i < TurnLimit; i++)
        {
            if (destination.Dequeue() is not { } job)
            {
                destination.Failure = null;
                _down.RemoveAt(_down.Count - 1);
                if (destination.IsIdle && !destination.IsInLine)
                    _destinations.Remove(destination.NextHop);
                break;
            }
            Fall(job, destination.Failure!);
        }
        return _down.Count > 0;
    }

    private bool WaitForRuns(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_gate)
        {
            while (_runs.Count > 0 || _reporting > 0 || _redirecting > 0)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                    return false;
                Monitor.Wait(_gate, (int)Math.Min(left, int.MaxValue));
            }
            return true;
        }
    }

    private void CancelRuns()
    {
        QueueRun[] runs;
        lock (_gate)
            runs = [.. _runs];
        foreach (QueueRun run in runs)
            run.Cancel();
    }
}
