using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

// What an answer means for a message: done, another attempt, or given up with a DSN. This part knows no connection.
internal sealed partial class MailQueue
{
    /// <summary>DSNs being written at once.</summary>
    private const int DsnLimit = 16;

    /// <summary>The wait after a DSN or a copy could not be written.</summary>
    private static readonly TimeSpan DsnRetryDelay = TimeSpan.FromSeconds(30);

    private readonly Queue<QueueItem> _dsnsDue = new();
    private readonly Queue<(QueueItem Item, DateTimeOffset At)> _dsnsToRetry = new();
    private int _dsnsBeingWritten;

    private DateTimeOffset? NextDsnRetry
        => _dsnsBeingWritten < DsnLimit && _dsnsToRetry.TryPeek(out (QueueItem, DateTimeOffset At) first)
            ? first.At
            : null;

    /// <summary>
    /// Gives each recipient of a transaction what the server said. True if the message was taken for one at least.
    /// </summary>
    private bool ApplyResults(QueuedTransaction queued, SmtpClientTransaction transaction)
    {
        DateTimeOffset now = Now;
        queued.Returns = 0;
        for (int i = 0; i < queued.Recipients.Count; i++)
            queued.Recipients[i].Keep(transaction.Results[i]!.Bounded(), now);
        bool delivered = FinishDelivered(queued, transaction.IsDsnOffered);
        if (queued.Item.IsRemoved)
        {
            DropRemoved(queued);
            SaveNote(queued.Item);
        }
        else
            DeferOrFinish(queued, delivered);
        return delivered;
    }

    /// <summary>Gives every recipient of a transaction that was not handed out the same result.</summary>
    private void DeferOrFail(QueuedTransaction queued, AttemptResult result)
    {
        DateTimeOffset now = Now;
        foreach (QueueRecipient recipient in queued.Recipients)
            recipient.Keep(result, now);
        if (queued.Item.IsRemoved)
            DropRemoved(queued);
        else
            DeferOrFinish(queued, delivered: false);
    }

    private bool FinishDelivered(QueuedTransaction queued, bool isDsnOffered)
    {
        QueueItem item = queued.Item;
        QueueRecipient[] delivered =
            [.. queued.Recipients.Where(recipient => recipient.Last!.Kind == AttemptResultKind.Delivered)];
        if (delivered.Length == 0)
            return false;
        // RFC 3461 §5.2.2: a host that relays a message to one without DSN sends the "relayed" DSN itself, and does so
        // before it forgets the message
        foreach (QueueRecipient recipient in delivered)
        {
            recipient.Attempts++;
            recipient.OwesDsn = !isDsnOffered && item.RecipientOf(recipient).Notify.HasFlag(Notify.Success);
        }
        QueueRecipient[] owed =
            [.. delivered.Where(recipient => recipient.OwesDsn || _dependencies.Copies.Wants(isSent: true))];
        foreach (QueueRecipient recipient in owed)
            KeepUntilDsn(queued, recipient);
        MarkDone(item, [.. delivered.Except(owed)], queued, soon: true);
        Announce(item, delivered, QueueEventKind.Delivered);
        return true;
    }

    // What is left of a transaction after an attempt: failed for good, or another attempt.
    private void DeferOrFinish(QueuedTransaction queued, bool delivered)
    {
        QueueItem item = queued.Item;
        RetrySchedule schedule = _dependencies.Schedule();
        DateTimeOffset now = Now;
        if (_isStopping && queued.Recipients.Count > 0 && !delivered
            && queued.Recipients.TrueForAll(one => one.Last!.Fault == Fault.Cancelled))
            PutBack(queued);
        else if (queued.Recipients.Count > 0 && queued.Recipients.TrueForAll(one => one.Last!.IsLeftOver))
            MakeReadyAgain(queued);
        else
            CountAttempt(queued, schedule, now);
        if (!item.Transactions.Exists(one => one.Recipients.Count > 0) && item.IsDone)
        {
            Forget(item);
            return;
        }
        QueueDsnIfDue(item);
        SaveNote(item);
    }

    // We cut the attempt ourselves: that says nothing about the next hop.
    private void PutBack(QueuedTransaction queued)
    {
        if (queued.Item.IsHeld)
            SetState(queued, QueueState.Held);
        else
            Defer(queued, Now);
    }

    private void CountAttempt(QueuedTransaction queued, RetrySchedule schedule, DateTimeOffset now)
    {
        QueueItem item = queued.Item;
        bool isOver = schedule.IsOver(item.Received, now);
        foreach (QueueRecipient recipient in queued.Recipients)
            recipient.Attempts++;
        QueueRecipient[] final =
            [.. queued.Recipients.Where(one => isOver || one.Last!.Kind == AttemptResultKind.Failed)];
        foreach (QueueRecipient recipient in final)
            KeepUntilDsn(queued, recipient);
        if (queued.Recipients.Count == 0)
        {
            item.Transactions.Remove(queued);
            return;
        }
        queued.Attempts++;
        if (item.IsHeld)
            SetState(queued, QueueState.Held);
        else
            Defer(queued, schedule.NextAttempt(queued.Attempts, item.Received, now));
        Announce(item, queued.Recipients, QueueEventKind.Deferred);
    }

    /// <summary>No more attempts for this recipient; it stays in the queue until its DSN is durable.</summary>
    private void KeepUntilDsn(QueuedTransaction queued, QueueRecipient recipient)
    {
        recipient.Last = recipient.Last!.GivenUp();
        _recipientCounts[(int)queued.State]--;
        _recipientCounts[(int)QueueState.Failed]++;
        queued.Drop(recipient);
    }

    private void MarkDone(QueueItem item, QueueRecipient[] recipients, QueuedTransaction? queued, bool soon)
    {
        if (recipients.Length == 0)
            return;
        int[] indexes = new int[recipients.Length];
        for (int i = 0; i < recipients.Length; i++)
        {
            QueueRecipient recipient = recipients[i];
            indexes[i] = recipient.Index;
            _recipientCounts[(int)recipient.State]--;
            queued?.Drop(recipient);
            recipient.IsDone = true;
        }
        if (queued is { Recipients.Count: 0 })
            item.Transactions.Remove(queued);
        _spool.MarkDone(item.Entry, indexes, soon);
    }

    private void DropRemoved(QueuedTransaction queued)
    {
        QueueItem item = queued.Item;
        Announce(item, queued.Recipients, QueueEventKind.Removed);
        MarkDone(item, [.. queued.Recipients], queued, soon: false);
        item.Transactions.Remove(queued);
        if (item.IsDone)
            Forget(item);
        else
            QueueDsnIfDue(item); // a recipient that was delivered to may be owed a DSN or a copy
    }

    private void Forget(QueueItem item)
    {
        _items.Remove(item.Id);
        if (_isStopping || _items.Count == 0)
            Wake();
    }

    private void SaveNote(QueueItem item)
    {
        if (!item.IsDone && QueueNote.Write(item) is { } note)
            _spool.Annotate(item.Entry, note);
    }

    // One DSN tells of all that failed in one set of attempts: it waits as long as any attempt is under way.
    private void QueueDsnIfDue(QueueItem item)
    {
        if (item.IsDsnPending || item.IsBusy || !(item.HasFailed || IsDelayDsnDue(item)))
            return;
        item.IsDsnPending = true;
        _dsnsDue.Enqueue(item);
        Wake();
    }

    private bool IsDelayDsnDue(QueueItem item)
        => !item.IsDelayDsnSent && !item.IsHeld && item.Transactions.Count > 0
            && item.Transactions.Exists(queued => queued.Attempts > 0)
            && _dependencies.Schedule().IsDelayDsnDue(item.Received, Now);

    /// <summary>Begins to write one DSN that is due. True if there may be more.</summary>
    private bool SendDsn()
    {
        QueueItem item;
        QueueRecipient[] about;
        DsnKind kind;
        lock (_lock)
        {
            if (!TryDequeueDsn(out item))
                return false;
            about = ChooseDsn(item, out kind);
            if (about.Length == 0)
            {
                item.IsDsnPending = false;
                return true;
            }
            _dsnsBeingWritten++;
        }
        KeepCopyThenSend(item, about, kind);
        return true;
    }

    private void KeepCopyThenSend(QueueItem item, QueueRecipient[] about, DsnKind kind)
    {
        bool isSent = kind == DsnKind.Relayed;
        if (kind != DsnKind.Delayed && _dependencies.Copies.Wants(isSent))
        {
            Action<Fault> ended = fault => SendAfterCopy(item, about, kind, fault);
            _dependencies.Workers.Run(new KeepCopyJob(_dependencies.Copies, item.Entry, isSent, ended));
        }
        else
            SendAfterCopy(item, about, kind, Fault.None);
    }

    private void SendAfterCopy(QueueItem item, QueueRecipient[] about, DsnKind kind, Fault fault)
    {
        try
        {
            DsnRecipient[] told =
                [.. about.Where(recipient => kind != DsnKind.Relayed || recipient.OwesDsn)
                    .Select(recipient => DsnRecipientOf(item, recipient, kind))];
            if (fault != Fault.None || told.Length == 0)
            {
                DsnWritten(item, about, kind, fault);
                return;
            }
            _dependencies.DsnSender.Send(item.Entry, kind, told, result => DsnWritten(item, about, kind, result));
        }
        catch (Exception e)
        {
            _dependencies.Log.Write(LogLevel.Error, "queue", $"{item.Id}: {e}");
            DsnWritten(item, about, kind, Fault.Internal);
        }
    }

    private bool TryDequeueDsn(out QueueItem item)
    {
        item = null!;
        if (_isStopping || _dsnsBeingWritten >= DsnLimit)
            return false;
        if (_dsnsToRetry.TryPeek(out (QueueItem Item, DateTimeOffset At) again) && again.At <= Now)
            item = _dsnsToRetry.Dequeue().Item;
        return item is not null || _dsnsDue.TryDequeue(out item!);
    }

    private QueueRecipient[] ChooseDsn(QueueItem item, out DsnKind kind)
    {
        QueueRecipient[] final = [.. item.Recipients.Where(recipient => recipient.State == QueueState.Failed)];
        QueueRecipient[] failed = [.. final.Where(recipient => recipient.Last!.Kind == AttemptResultKind.Failed)];
        kind = failed.Length > 0 ? DsnKind.Failed : final.Length > 0 ? DsnKind.Relayed : DsnKind.Delayed;
        if (final.Length > 0)
            return failed.Length > 0 ? failed : final;
        return IsDelayDsnDue(item)
            ? [.. item.Recipients.Where(recipient => recipient.State == QueueState.Deferred)]
            : [];
    }

    private void ShiftDsns(TimeSpan by)
    {
        for (int i = _dsnsToRetry.Count; i > 0; i--)
        {
            (QueueItem item, DateTimeOffset at) = _dsnsToRetry.Dequeue();
            _dsnsToRetry.Enqueue((item, at + by));
        }
    }

    private DsnRecipient DsnRecipientOf(QueueItem item, QueueRecipient recipient, DsnKind kind)
    {
        AttemptResult last = recipient.Last!;
        DateTimeOffset? until = kind == DsnKind.Delayed ? _dependencies.Schedule().Expires(item.Received) : null;
        return new DsnRecipient(item.RecipientOf(recipient), last, recipient.LastAt, until);
    }

    private void DsnWritten(QueueItem item, QueueRecipient[] about, DsnKind kind, Fault fault)
    {
        lock (_lock)
        {
            _dsnsBeingWritten--;
            if (fault != Fault.None)
            {
                _dependencies.Log.Write(
                    LogLevel.Warning, "queue",
                    $"{item.Id}: its report or copy could not be written ({fault}); trying again");
                _dsnsToRetry.Enqueue((item, Now + DsnRetryDelay));
            }
            else
                DsnIsDurable(item, about, kind);
            Wake();
        }
    }

    private void DsnIsDurable(QueueItem item, QueueRecipient[] about, DsnKind kind)
    {
        item.IsDsnPending = false;
        if (kind == DsnKind.Delayed)
            item.IsDelayDsnSent = true;
        else
            MarkDone(item, about, null, soon: kind == DsnKind.Relayed);
        if (kind == DsnKind.Failed)
            Announce(item, about, QueueEventKind.Bounced);
        if (item.IsDone)
        {
            Forget(item);
            return;
        }
        QueueDsnIfDue(item);
        SaveNote(item);
    }

    private void Announce(QueueItem item, IReadOnlyList<QueueRecipient> recipients, QueueEventKind kind)
    {
        foreach (QueueRecipient recipient in recipients)
        {
            QueueLog.Write(_dependencies.Log, item, recipient, kind);
            if (!_events.HasListener)
            {
                _events.CountUnheard();
                continue;
            }
            DateTimeOffset? next = kind == QueueEventKind.Deferred ? NextAttemptOf(recipient) : null;
            _events.Post(new QueueEvent(
                0, kind, item.Id, item.Entry.Envelope.ReversePath, item.RecipientOf(recipient).Address, Now,
                recipient.Attempts, recipient.Last, next));
        }
    }

    private static DateTimeOffset? NextAttemptOf(QueueRecipient recipient)
        => recipient.Transaction is { State: QueueState.Deferred } queued ? queued.Due : null;
}
