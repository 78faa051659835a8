using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

// What an answer means for a message: done, another attempt, or given up with a DSN. This part knows no connection.
internal sealed partial class MailQueue
{
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
        _notifier.AddIfDue(item);
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
        _notifier.AddIfDue(item); // a recipient that was delivered to may be owed a DSN or a copy
    }
}
