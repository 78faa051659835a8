using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Delivery.Queue;

/// <summary>
/// Does what is owed before a recipient that is final may be marked done: first the copy for the host's folder, then
/// the DSN, then the mark. When one of them fails, all of it is done again later: so a DSN is never lost, and is sent
/// twice only when a crash falls between it and the mark. It sends the DSNs of delay as well.
/// </summary>
internal sealed class Notifier(QueueTable table, QueueEvents events, QueueDependencies dependencies)
{
    /// <summary>
    /// Messages at once whose copy or DSN is on its way: more than are received in the moment that a DSN may wait for
    /// what the other recipients come to (<see cref="DsnGathering"/>). How many are written at once is bounded apart.
    /// </summary>
    private const int Limit = 10_000;

    private const int CopyLimit = 16;

    /// <summary>The wait after a DSN or a copy could not be written.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(30);

    private readonly Queue<QueueItem> _due = new();
    private readonly Queue<(QueueItem Item, DateTimeOffset At)> _toRetry = new();
    private readonly JobLine _copiers = new(dependencies.Workers, CopyLimit);
    private int _underWay;

    /// <summary>Something is being written. With the table's lock held.</summary>
    public bool IsBusy => _underWay > 0;

    /// <summary>When something that failed is to be done again. With the table's lock held.</summary>
    public DateTimeOffset? NextDue
        => _underWay < Limit && _toRetry.TryPeek(out (QueueItem, DateTimeOffset At) first) ? first.At : null;

    private DateTimeOffset Now => dependencies.Time.GetUtcNow();

    /// <summary>
    /// Has the message wait for its turn, if something is owed for it. One DSN tells of all that failed in one set of
    /// attempts: it waits as long as any attempt is under way. With the table's lock held.
    /// </summary>
    public void AddIfDue(QueueItem item)
    {
        if (item.IsDsnPending || item.IsBusy || !(item.HasFinal || IsDelayDsnDue(item)))
            return;
        item.IsDsnPending = true;
        _due.Enqueue(item);
        table.Wake();
    }

    /// <summary>Begins what is owed for one message. True if there may be more. Without the table's lock.</summary>
    public bool BeginNext()
    {
        Notification next;
        lock (table.Lock)
        {
            if (!TryDequeue(out QueueItem item))
                return false;
            next = NotificationOf(item);
            if (next.Recipients.Length == 0 || !item.Entry.IsClaimed)
            {
                item.IsDsnPending = false;
                if (next.Kind != DsnKind.Delayed)
                    Forget(item, next.Recipients);
                return true;
            }
            _underWay++;
        }
        KeepCopy(next);
        return true;
    }

    /// <summary>Moves every time, after the clock was set. With the table's lock held.</summary>
    public void Shift(TimeSpan by)
    {
        for (int i = _toRetry.Count; i > 0; i--)
        {
            (QueueItem item, DateTimeOffset at) = _toRetry.Dequeue();
            _toRetry.Enqueue((item, at + by));
        }
    }

    private void Forget(QueueItem item, QueueRecipient[] recipients)
    {
        table.Forget(item, recipients);
        AddIfDue(item);
    }

    private bool IsDelayDsnDue(QueueItem item)
        => !item.IsDelayDsnSent && !item.IsHeld && item.Transactions.Exists(queued => queued.Attempts > 0)
            && IsLate(item);

    // RFC 2852 §4: who has said when it becomes late is told then, and not when others would be.
    private bool IsLate(QueueItem item)
        => item.Entry.Envelope is { DeliverBy.Returns: false, Deadline: { } deadline }
            ? Now >= deadline
            : dependencies.Schedule().IsDelayDsnDue(item.Release, Now);

    private bool TryDequeue(out QueueItem item)
    {
        item = null!;
        if (table.IsClosed || _underWay >= Limit)
            return false;
        if (_toRetry.TryPeek(out (QueueItem Item, DateTimeOffset At) again) && again.At <= Now)
            item = _toRetry.Dequeue().Item;
        return item is not null || _due.TryDequeue(out item!);
    }

    private Notification NotificationOf(QueueItem item)
    {
        if (item.AreFailuresDue && item.InState(QueueState.Failed) is { Length: > 0 } failed)
            return new Notification(item, failed, DsnKind.Failed);
        if (item.InState(QueueState.Relayed) is { Length: > 0 } relayed)
            return new Notification(item, relayed, DsnKind.Relayed);
        return new Notification(
            item, IsDelayDsnDue(item) ? item.InState(QueueState.Deferred) : [], DsnKind.Delayed);
    }

    private void KeepCopy(Notification one)
    {
        bool isSent = one.Kind == DsnKind.Relayed;
        if (one.Kind != DsnKind.Delayed && dependencies.Copies.Wants(isSent))
            _copiers.Run(
                new KeepCopyJob(dependencies.Copies, one.Item.Entry, isSent, fault => SendDsn(one, fault)));
        else
            SendDsn(one, Fault.None);
    }

    private void SendDsn(Notification one, Fault copy)
    {
        try
        {
            DsnRecipient[] told = copy == Fault.None ? ToldIn(one) : [];
            if (told.Length == 0)
                End(one, copy);
            else
                dependencies.DsnSender.Send(one.Item.Entry, one.Kind, told, fault => End(one, fault));
        }
        catch (Exception e)
        {
            dependencies.Log.Write(LogLevel.Error, "queue", $"{one.Item.Id}: {e}");
            End(one, Fault.Internal);
        }
    }

    private DsnRecipient[] ToldIn(Notification one)
        => [.. one.Recipients.Where(recipient => one.Kind != DsnKind.Relayed || recipient.OwesDsn)
            .Select(recipient => DsnRecipientOf(one, recipient))];

    private DsnRecipient DsnRecipientOf(Notification one, QueueRecipient recipient)
    {
        DateTimeOffset? until =
            one.Kind == DsnKind.Delayed ? dependencies.Schedule().Expires(one.Item.Release) : null;
        Recipient told = one.Item.RecipientOf(recipient);
        // RFC 2852 §4: a passage is told to all but those who want to hear nothing
        if (one.Kind == DsnKind.Relayed && one.Item.Entry.Envelope.DeliverBy is not null)
            told = told with { Notify = told.Notify | Notify.Success };
        return new DsnRecipient(told, recipient.Last!, recipient.LastAt, until);
    }

    private void End(Notification one, Fault fault)
    {
        if (fault != Fault.None)
            dependencies.Log.Write(
                LogLevel.Warning, "queue",
                $"{one.Item.Id}: its report or copy could not be written ({FaultWords.Of(fault)}); trying again");
        lock (table.Lock)
        {
            _underWay--;
            if (fault != Fault.None)
                _toRetry.Enqueue((one.Item, Now + RetryDelay));
            else
                Mark(one);
            table.Wake();
        }
        events.WriteLines();
    }

    private void Mark(Notification one)
    {
        QueueItem item = one.Item;
        item.IsDsnPending = false;
        if (one.Kind == DsnKind.Delayed)
            item.IsDelayDsnSent = true;
        item.IsFailureDsnSent |= one.Kind == DsnKind.Failed;
        if (one.Kind != DsnKind.Delayed)
            table.MarkDone(item, one.Recipients, soon: one.Kind == DsnKind.Relayed);
        if (one.Kind == DsnKind.Failed)
            events.Announce(item, one.Recipients, QueueEventKind.Bounced);
        if (item.IsDone)
            return;
        AddIfDue(item);
        table.SaveNote(item);
    }

    /// <summary>What is told of one message in one DSN.</summary>
    private sealed record Notification(QueueItem Item, QueueRecipient[] Recipients, DsnKind Kind);
}
