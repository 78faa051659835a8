using MailModule.Delivery.Remote;
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
    private bool ApplyResults(QueuedTransaction queued, SmtpClientTransaction transaction, RemoteHost? host)
    {
        DateTimeOffset now = Now;
        AttemptResult[] results = [.. transaction.Recipients.Select(result => AttemptResult.Of(result, host, now))];
        QueueRecipient[] recipients = [.. queued.Recipients];
        queued.Returns = 0;
        for (int i = 0; i < recipients.Length; i++)
            recipients[i].Last = results[i];
        bool delivered = FinishDelivered(queued, transaction.IsDsnOffered);
        if (queued.Item.IsRemoved)
        {
            DropRemoved(queued);
            _table.SaveNote(queued.Item);
        }
        else
            DeferOrFinish(queued, delivered);
        return delivered;
    }

    /// <summary>Gives every recipient of a transaction that was not handed out the same result.</summary>
    private void DeferOrFail(QueuedTransaction queued, AttemptResult result)
    {
        foreach (QueueRecipient recipient in queued.Recipients)
            recipient.Last = result;
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
            _table.Relay(recipient);
        _table.MarkDone(item, [.. delivered.Except(owed)], soon: true);
        _events.Announce(item, delivered, QueueEventKind.Delivered);
        return true;
    }

    // What is left of a transaction after an attempt: failed for good, or another attempt.
    private void DeferOrFinish(QueuedTransaction queued, bool delivered)
    {
        QueueItem item = queued.Item;
        RetrySchedule schedule = _dependencies.Schedule();
        DateTimeOffset now = Now;
        if (_table.IsClosed && queued.Recipients.Count > 0 && !delivered
            && queued.Recipients.TrueForAll(one => one.Last!.Fault == Fault.Cancelled))
            PutBack(queued);
        else if (delivered && queued.Recipients.Count > 0
            && queued.Recipients.TrueForAll(one => one.Last!.IsTooManyRecipients))
            MakeReadyAgain(queued);
        else
            CountAttempt(queued, schedule, now);
        if (item.IsDone)
            return;
        QueueDsnIfDue(item);
        _table.SaveNote(item);
    }

    // We cut the attempt ourselves: that says nothing about the next hop.
    private void PutBack(QueuedTransaction queued)
    {
        if (queued.Item.IsHeld)
            _table.Hold(queued);
        else
            _table.Defer(queued, Now);
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
            Fail(recipient);
        if (queued.Recipients.Count == 0)
            return;
        queued.Attempts++;
        if (item.IsHeld)
            _table.Hold(queued);
        else
            _table.Defer(queued, schedule.NextAttempt(queued.Attempts, item.Received, now));
        _events.Announce(item, queued.Recipients, QueueEventKind.Deferred);
    }

    private void Fail(QueueRecipient recipient)
    {
        if (recipient.Last!.Kind == AttemptResultKind.Deferred)
            recipient.Last = recipient.Last with { Kind = AttemptResultKind.Failed };
        _table.Fail(recipient);
    }

    private void DropRemoved(QueuedTransaction queued)
    {
        QueueItem item = queued.Item;
        _events.Announce(item, queued.Recipients, QueueEventKind.Removed);
        _table.MarkDone(item, queued.Recipients.ToArray(), soon: false);
        QueueDsnIfDue(item); // a recipient that was delivered to may be owed a DSN or a copy
    }

    // One DSN tells of all that failed in one set of attempts: it waits as long as any attempt is under way.
    private void QueueDsnIfDue(QueueItem item)
    {
        if (item.IsDsnPending || item.IsBusy || !(item.HasFinal || IsDelayDsnDue(item)))
            return;
        item.IsDsnPending = true;
        _dsnsDue.Enqueue(item);
        _table.Wake();
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
        lock (_table.Lock)
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
        if (_table.IsClosed || _dsnsBeingWritten >= DsnLimit)
            return false;
        if (_dsnsToRetry.TryPeek(out (QueueItem Item, DateTimeOffset At) again) && again.At <= Now)
            item = _dsnsToRetry.Dequeue().Item;
        return item is not null || _dsnsDue.TryDequeue(out item!);
    }

    private QueueRecipient[] ChooseDsn(QueueItem item, out DsnKind kind)
    {
        QueueRecipient[] InState(QueueState state) => [.. item.Recipients.Where(one => one.State == state)];
        kind = DsnKind.Failed;
        if (InState(QueueState.Failed) is { Length: > 0 } failed)
            return failed;
        kind = DsnKind.Relayed;
        if (InState(QueueState.Relayed) is { Length: > 0 } relayed)
            return relayed;
        kind = DsnKind.Delayed;
        return IsDelayDsnDue(item) ? InState(QueueState.Deferred) : [];
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
        string? host = last.Host.Length > 0 ? last.Host : null;
        return new DsnRecipient(item.RecipientOf(recipient), last.Status, last.Text, host, last.At, until);
    }

    private void DsnWritten(QueueItem item, QueueRecipient[] about, DsnKind kind, Fault fault)
    {
        if (fault != Fault.None)
            _dependencies.Log.Write(
                LogLevel.Warning, "queue",
                $"{item.Id}: its report or copy could not be written ({fault}); trying again");
        lock (_table.Lock)
        {
            _dsnsBeingWritten--;
            if (fault != Fault.None)
                _dsnsToRetry.Enqueue((item, Now + DsnRetryDelay));
            else
                DsnIsDurable(item, about, kind);
            _table.Wake();
        }
        _events.WriteLines();
    }

    private void DsnIsDurable(QueueItem item, QueueRecipient[] about, DsnKind kind)
    {
        item.IsDsnPending = false;
        if (kind == DsnKind.Delayed)
            item.IsDelayDsnSent = true;
        else
            _table.MarkDone(item, about, soon: kind == DsnKind.Relayed);
        if (kind == DsnKind.Failed)
            _events.Announce(item, about, QueueEventKind.Bounced);
        if (item.IsDone)
            return;
        QueueDsnIfDue(item);
        _table.SaveNote(item);
    }
}
