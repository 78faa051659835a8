using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// What the result of an attempt means for a message: done, another attempt by the schedule, or final with a DSN. It
/// knows no connection and no destination. Every member is called with the table's lock held.
/// </summary>
internal sealed class ResultHandler(
    QueueTable table, Notifier notifier, QueueEvents events, QueueDependencies dependencies)
{
    /// <summary>Times in a row that a transaction may come back untried, before that counts as an attempt.</summary>
    private const int ReturnLimit = 3;

    private DateTimeOffset Now => dependencies.Time.GetUtcNow();

    /// <summary>
    /// Gives each recipient of a transaction what the server said. True if the message was taken for one at least.
    /// </summary>
    public bool Completed(QueuedTransaction queued, SmtpClientTransaction transaction)
    {
        DateTimeOffset now = Now;
        queued.Returns = 0;
        for (int i = 0; i < queued.Recipients.Count; i++)
            queued.Recipients[i].Keep(transaction.Results[i]!.Bounded(), now);
        bool isDelivered = FinishDelivered(queued, transaction);
        if (queued.Item.IsRemoved)
        {
            Remove(queued);
            table.SaveNote(queued.Item);
        }
        else
            DeferOrFail(queued, isDelivered);
        return isDelivered;
    }

    /// <summary>The transaction was handed out, and its connection ended before it counted.</summary>
    public void ReturnedUntried(QueuedTransaction queued)
    {
        if (++queued.Returns <= ReturnLimit)
            PutBack(queued);
        else
            Unreachable(queued, new AttemptResult
            {
                Kind = AttemptResultKind.Deferred,
                Fault = Fault.Closed,
                Enhanced = "4.4.2",
                Happened = "the host closes its connections before they are used",
            });
    }

    /// <summary>No host could be reached for a transaction that waited.</summary>
    /// <param name="failure">Bounded, for it is kept.</param>
    public void Unreachable(QueuedTransaction queued, AttemptResult failure)
    {
        DateTimeOffset now = Now;
        foreach (QueueRecipient recipient in queued.Recipients)
            recipient.Keep(failure, now);
        if (queued.Item.IsRemoved)
            Remove(queued);
        else
            DeferOrFail(queued, isDelivered: false);
    }

    /// <summary>
    /// RFC 2852 §4: a message that its sender wants returned when its time is over is tried no more then. False: this
    /// is none.
    /// </summary>
    public bool TryReturnLate(QueuedTransaction queued)
    {
        DateTimeOffset now = Now;
        if (!queued.Item.IsTooLate(now))
            return false;
        AttemptResult late = AttemptResult.OfThisHost(
            Fault.Timeout, "5.4.7", "The message could not be delivered in the time that its sender gave");
        foreach (QueueRecipient recipient in queued.Recipients.ToArray())
        {
            recipient.Keep(late, now);
            Fail(recipient, isLate: true);
        }
        notifier.AddIfDue(queued.Item);
        table.SaveNote(queued.Item);
        return true;
    }

    /// <summary>As the transaction was before it was handed out or set aside; removed, if its message was.</summary>
    public void PutBack(QueuedTransaction queued)
    {
        if (queued.Item.IsRemoved)
            Remove(queued);
        else
            table.PutBack(queued);
    }

    /// <summary>The recipients of this transaction leave the queue, and nobody is told.</summary>
    public void Remove(QueuedTransaction queued)
    {
        QueueRecipient[] recipients = [.. queued.Recipients];
        events.Announce(queued.Item, recipients, QueueEventKind.Removed);
        table.MarkDone(queued.Item, recipients, soon: false);
        notifier.AddIfDue(queued.Item); // a recipient that was delivered to may be owed a DSN or a copy
    }

    /// <summary>Another engine may have the message by now: what is left of it is that one's.</summary>
    public void Forget(QueuedTransaction queued)
    {
        table.Forget(queued.Item, queued.Recipients.ToArray());
        notifier.AddIfDue(queued.Item); // what is final already is let go there
    }

    private bool FinishDelivered(QueuedTransaction queued, SmtpClientTransaction transaction)
    {
        QueueItem item = queued.Item;
        QueueRecipient[] delivered =
            [.. queued.Recipients.Where(recipient => recipient.Last!.Kind == AttemptResultKind.Delivered)];
        if (delivered.Length == 0)
            return false;
        bool isCopyKept = dependencies.Copies.Wants(isSent: true);
        foreach (QueueRecipient recipient in delivered)
        {
            recipient.Attempts++;
            // RFC 3461 §5.2.2: a host that relays a message to one without DSN sends the "relayed" DSN itself, and
            // does so before it forgets the message
            Notify notify = item.RecipientOf(recipient).Notify;
            recipient.OwesDsn = (!transaction.IsDsnOffered && notify.HasFlag(Notify.Success))
                || (IsPassageTold(transaction) && notify != Notify.Never);
            if (recipient.OwesDsn || isCopyKept)
                table.Relay(recipient);
        }
        table.MarkDone(item, Array.FindAll(delivered, one => one.State != QueueState.Relayed), soon: true);
        events.Announce(item, delivered, QueueEventKind.Delivered);
        return true;
    }

    // RFC 2852 §4: the sender hears where the message goes that knows nothing of its time, and of each step if he
    // wants to.
    private static bool IsPassageTold(SmtpClientTransaction transaction)
        => transaction.DeliverBy is { } by && (by.Traces || !transaction.IsDeliverByOffered);

    // What is left of a transaction after an attempt: failed for good, or another attempt.
    private void DeferOrFail(QueuedTransaction queued, bool isDelivered)
    {
        QueueItem item = queued.Item;
        if (queued.Recipients.Count > 0)
        {
            if (table.IsClosed && !isDelivered && queued.Recipients.TrueForAll(IsCut))
                KeepForStart(queued);
            else if (queued.Recipients.TrueForAll(one => one.Last!.IsLeftOver))
                PutBack(queued);
            else
                CountAttempt(queued);
        }
        if (item.IsDone)
            return;
        notifier.AddIfDue(item);
        table.SaveNote(item);
    }

    private static bool IsCut(QueueRecipient recipient) => recipient.Last!.Fault == Fault.Cancelled;

    // We cut the attempt ourselves: that says nothing about the next hop.
    private void KeepForStart(QueuedTransaction queued)
    {
        if (queued.Item.IsHeld)
            table.Hold(queued);
        else
            table.Defer(queued, Now);
    }

    // The attempt has failed: another one when the schedule says, unless a reply was final or the life is over.
    private void CountAttempt(QueuedTransaction queued)
    {
        QueueItem item = queued.Item;
        RetrySchedule schedule = dependencies.Schedule();
        DateTimeOffset now = Now;
        bool isLate = item.IsTooLate(now);
        bool isOver = isLate || schedule.IsOver(item.Release, now);
        foreach (QueueRecipient recipient in queued.Recipients.ToArray())
        {
            recipient.Attempts++;
            if (isOver || recipient.Last!.Kind == AttemptResultKind.Failed)
                Fail(recipient, isLate);
        }
        if (queued.Recipients.Count == 0)
            return;
        queued.Attempts++;
        if (item.IsHeld)
            table.Hold(queued);
        else
            table.Defer(
                queued, item.NotBeyondDeadline(schedule.NextAttempt(queued.Attempts, item.Release, now), now));
        events.Announce(item, queued.Recipients, QueueEventKind.Deferred);
    }

    // RFC 2852 §4: X.4.7 where it was the sender's time that is over, whatever the last attempt brought
    private void Fail(QueueRecipient recipient, bool isLate)
    {
        AttemptResult last = recipient.Last!;
        recipient.Last = last.GivenUp() with
        {
            Enhanced = isLate && last.Kind == AttemptResultKind.Deferred ? "5.4.7" : last.GivenUp().Enhanced,
        };
        table.Fail(recipient);
    }
}
