using MailModule.Delivery.Remote;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

// What an answer means for a message: done, another attempt, or given up and reported. It knows no connection.
public sealed partial class MailQueue
{
    /// <summary>Reports being written at once.</summary>
    private const int ReportLimit = 16;

    /// <summary>After a report could not be written.</summary>
    private static readonly TimeSpan ReportRest = TimeSpan.FromSeconds(30);

    private readonly Queue<QueueItem> _toReport = new();
    private readonly Queue<(QueueItem Item, DateTimeOffset At)> _reportAgain = new();
    private int _reporting;

    private DateTimeOffset? NextReport => _reporting < ReportLimit && _reportAgain.TryPeek(out (QueueItem, DateTimeOffset At) first) ? first.At : null;

    /// <summary>Gives each recipient of a job what the server said. True if the message was taken for one at least.</summary>
    private bool Judge(Job job, SmtpTransaction transaction, RemoteHost? host)
    {
        DateTimeOffset now = Now;
        Outcome[] outcomes = [.. transaction.Recipients.Select(result => Outcome.Of(result, host, now))];
        Addressee[] addressees = [.. job.Addressees];
        job.Returns = 0;
        for (int i = 0; i < addressees.Length; i++)
            addressees[i].Last = outcomes[i];
        bool delivered = TakeDelivered(job, transaction.IsDsnOffered);
        if (job.Item.IsRemoved)
        {
            DropRemoved(job);
            Note(job.Item);
        }
        else
            GoOn(job, delivered);
        return delivered;
    }

    /// <summary>Every recipient of a job that was not handed out shares this.</summary>
    private void Fall(Job job, Outcome outcome)
    {
        foreach (Addressee addressee in job.Addressees)
            addressee.Last = outcome;
        if (job.Item.IsRemoved)
            DropRemoved(job);
        else
            GoOn(job, delivered: false);
    }

    private bool TakeDelivered(Job job, bool isDsnOffered)
    {
        QueueItem item = job.Item;
        Addressee[] delivered = [.. job.Addressees.Where(addressee => addressee.Last!.Kind == OutcomeKind.Delivered)];
        if (delivered.Length == 0)
            return false;
        // RFC 3461 §5.2.2: whoever hands a message to a host that does not know about reports says so itself, before the message is forgotten
        foreach (Addressee addressee in delivered)
        {
            addressee.Attempts++;
            addressee.OwesReport = !isDsnOffered && item.RecipientOf(addressee).Notify.HasFlag(Notify.Success);
        }
        Addressee[] owed = [.. delivered.Where(addressee => addressee.OwesReport || _parts.Copies.Wants(isSent: true))];
        foreach (Addressee addressee in owed)
            BecomeFinal(job, addressee);
        MarkDone(item, [.. delivered.Except(owed)], job, soon: true);
        Announce(item, delivered, QueueEventKind.Delivered);
        return true;
    }

    // What is left of a job after an attempt: failed for good, or another attempt.
    private void GoOn(Job job, bool delivered)
    {
        QueueItem item = job.Item;
        RetrySchedule schedule = _parts.Schedule();
        DateTimeOffset now = Now;
        if (_isStopping && job.Addressees.Count > 0 && !delivered && job.Addressees.TrueForAll(one => one.Last!.Fault == Fault.Cancelled))
            PutBack(job);
        else if (delivered && job.Addressees.Count > 0 && job.Addressees.TrueForAll(one => one.Last!.IsTooManyRecipients))
            MakeReadyAgain(job);
        else
            CountAttempt(job, schedule, now);
        if (!item.Jobs.Exists(one => one.Addressees.Count > 0) && item.IsDone)
        {
            Forget(item);
            return;
        }
        Settle(item);
        Note(item);
    }

    // Cut by ourselves: that says nothing about the next hop.
    private void PutBack(Job job)
    {
        if (job.Item.IsHeld)
            Move(job, QueueState.Held);
        else
            PutOff(job, Now);
    }

    private void CountAttempt(Job job, RetrySchedule schedule, DateTimeOffset now)
    {
        QueueItem item = job.Item;
        bool isOver = schedule.IsOver(item.Received, now);
        foreach (Addressee addressee in job.Addressees)
            addressee.Attempts++;
        foreach (Addressee addressee in job.Addressees.Where(one => isOver || one.Last!.Kind == OutcomeKind.Failed).ToArray())
            BecomeFinal(job, addressee);
        if (job.Addressees.Count == 0)
        {
            item.Jobs.Remove(job);
            return;
        }
        job.Attempts++;
        if (item.IsHeld)
            Move(job, QueueState.Held);
        else
            PutOff(job, schedule.NextAttempt(job.Attempts, item.Received, now));
        Announce(item, job.Addressees, QueueEventKind.Deferred);
    }

    /// <summary>No more attempts; it stays until its report is durable.</summary>
    private void BecomeFinal(Job job, Addressee addressee)
    {
        if (addressee.Last!.Kind == OutcomeKind.Deferred)
            addressee.Last = addressee.Last with { Kind = OutcomeKind.Failed };
        _recipients[(int)job.State]--;
        _recipients[(int)QueueState.Failed]++;
        job.Drop(addressee);
    }

    private void MarkDone(QueueItem item, Addressee[] addressees, Job? job, bool soon)
    {
        if (addressees.Length == 0)
            return;
        int[] indexes = new int[addressees.Length];
        for (int i = 0; i < addressees.Length; i++)
        {
            Addressee addressee = addressees[i];
            indexes[i] = addressee.Index;
            _recipients[(int)addressee.State]--;
            job?.Drop(addressee);
            addressee.IsDone = true;
        }
        if (job is { Addressees.Count: 0 })
            item.Jobs.Remove(job);
        _spool.MarkDone(item.Entry, indexes, soon);
    }

    private void DropRemoved(Job job)
    {
        QueueItem item = job.Item;
        Announce(item, job.Addressees, QueueEventKind.Removed);
        MarkDone(item, [.. job.Addressees], job, soon: false);
        item.Jobs.Remove(job);
        if (item.IsDone)
            Forget(item);
        else
            Settle(item); // one that was delivered may owe a report or a copy
    }

    private void Forget(QueueItem item)
    {
        _items.Remove(item.Id);
        if (_isStopping || _items.Count == 0)
            Wake();
    }

    private void Note(QueueItem item)
    {
        if (!item.IsDone && QueueNote.Write(item) is { } note)
            _spool.Annotate(item.Entry, note);
    }

    // One report for all that failed in one set of attempts: as long as something is under way it waits.
    private void Settle(QueueItem item)
    {
        if (item.IsReporting || item.IsBusy || !(item.HasFailed || IsNoticeDue(item)))
            return;
        item.IsReporting = true;
        _toReport.Enqueue(item);
        Wake();
    }

    private bool IsNoticeDue(QueueItem item)
        => !item.IsNoticed && !item.IsHeld && item.Jobs.Count > 0 && item.Jobs.Exists(job => job.Attempts > 0) && _parts.Schedule().IsDelayDsnDue(item.Received, Now);

    /// <summary>Begins to write one report that is owed. True if there may be more.</summary>
    private bool SendReport()
    {
        QueueItem item;
        Addressee[] about;
        DsnKind kind;
        lock (_gate)
        {
            if (!TryTakeReport(out item))
                return false;
            about = About(item, out kind);
            if (about.Length == 0)
            {
                item.IsReporting = false;
                return true;
            }
            _reporting++;
        }
        Send(item, about, kind);
        return true;
    }

    private void Send(QueueItem item, Addressee[] about, DsnKind kind)
    {
        bool isSent = kind == DsnKind.Relayed;
        if (kind != DsnKind.Delayed && _parts.Copies.Wants(isSent))
            _parts.Workers.Run(new CopyJob(_parts.Copies, item.Entry, isSent, fault => CopyIsMade(item, about, kind, fault)));
        else
            CopyIsMade(item, about, kind, Fault.None);
    }

    private void CopyIsMade(QueueItem item, Addressee[] about, DsnKind kind, Fault fault)
    {
        try
        {
            DsnRecipient[] told = [.. about.Where(addressee => kind != DsnKind.Relayed || addressee.OwesReport).Select(addressee => Reported(item, addressee, kind))];
            if (fault != Fault.None || told.Length == 0)
            {
                Reported(item, about, kind, fault);
                return;
            }
            _parts.Reports.Send(item.Entry, kind, told, result => Reported(item, about, kind, result));
        }
        catch (Exception e)
        {
            _parts.Log.Write(LogLevel.Error, "queue", $"{item.Id}: {e}");
            Reported(item, about, kind, Fault.Internal);
        }
    }

    private bool TryTakeReport(out QueueItem item)
    {
        item = null!;
        if (_isStopping || _reporting >= ReportLimit)
            return false;
        if (_reportAgain.TryPeek(out (QueueItem Item, DateTimeOffset At) again) && again.At <= Now)
            item = _reportAgain.Dequeue().Item;
        return item is not null || _toReport.TryDequeue(out item!);
    }

    private Addressee[] About(QueueItem item, out DsnKind kind)
    {
        Addressee[] final = [.. item.Addressees.Where(addressee => addressee.State == QueueState.Failed)];
        Addressee[] failed = [.. final.Where(addressee => addressee.Last!.Kind == OutcomeKind.Failed)];
        kind = failed.Length > 0 ? DsnKind.Failed : final.Length > 0 ? DsnKind.Relayed : DsnKind.Delayed;
        if (final.Length > 0)
            return failed.Length > 0 ? failed : final;
        return IsNoticeDue(item) ? [.. item.Addressees.Where(addressee => addressee.State == QueueState.Deferred)] : [];
    }

    private void ShiftReports(TimeSpan by)
    {
        for (int i = _reportAgain.Count; i > 0; i--)
        {
            (QueueItem item, DateTimeOffset at) = _reportAgain.Dequeue();
            _reportAgain.Enqueue((item, at + by));
        }
    }

    private DsnRecipient Reported(QueueItem item, Addressee addressee, DsnKind kind)
    {
        Outcome last = addressee.Last!;
        DateTimeOffset? until = kind == DsnKind.Delayed ? _parts.Schedule().Expires(item.Received) : null;
        return new DsnRecipient(item.RecipientOf(addressee), last.Status, last.Text, last.Host.Length > 0 ? last.Host : null, last.At, until);
    }

    private void Reported(QueueItem item, Addressee[] about, DsnKind kind, Fault fault)
    {
        lock (_gate)
        {
            _reporting--;
            if (fault != Fault.None)
            {
                _parts.Log.Write(LogLevel.Warning, "queue", $"{item.Id}: its report or copy could not be written ({fault}); trying again");
                _reportAgain.Enqueue((item, Now + ReportRest));
            }
            else
                ReportIsDurable(item, about, kind);
            Wake();
        }
    }

    private void ReportIsDurable(QueueItem item, Addressee[] about, DsnKind kind)
    {
        item.IsReporting = false;
        if (kind == DsnKind.Delayed)
            item.IsNoticed = true;
        else
            MarkDone(item, about, null, soon: kind == DsnKind.Relayed);
        if (kind == DsnKind.Failed)
            Announce(item, about, QueueEventKind.Bounced);
        if (item.IsDone)
        {
            Forget(item);
            return;
        }
        Settle(item);
        Note(item);
    }

    private void Announce(QueueItem item, IReadOnlyList<Addressee> addressees, QueueEventKind kind)
    {
        foreach (Addressee addressee in addressees)
        {
            Outcome? last = addressee.Last;
            QueueLog.Write(_parts.Log, item, addressee, kind);
            if (!_events.IsHeard)
            {
                _events.Skip();
                continue;
            }
            Fault fault = last is null || last.Kind == OutcomeKind.Delivered ? Fault.None : last.Fault;
            DateTimeOffset? next = kind == QueueEventKind.Deferred && addressee.Job is { State: QueueState.Deferred } job ? job.Due : null;
            _events.Post(new QueueEvent(0, kind, item.Id, item.Entry.Envelope.ReversePath, item.RecipientOf(addressee).Address, Now, addressee.Attempts,
                fault, last?.ReplyCode ?? 0, last?.Status ?? "", last?.Text ?? "", last?.Host ?? "", last?.Tls, next));
        }
    }
}
