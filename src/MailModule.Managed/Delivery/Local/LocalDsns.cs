using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Local;

/// <summary>
/// The DSNs of local delivery: of success where the sender asked for it, of what is given up, and what local actions
/// owe. One thread.
/// </summary>
/// <param name="post">Has a step run on that thread, with the time then; from any thread.</param>
internal sealed class LocalDsns(LocalDeliveryDependencies dependencies, Action<Action<long>> post)
{
    /// <summary>DSNs that are being written; the recipients they are about are not marked yet.</summary>
    public int InProgress { get; private set; }

    /// <summary>Those of them that are about messages in a mailbox.</summary>
    public UntoldDeliveries InMailboxes { get; } = new();

    /// <summary>The delivery is done but for DSNs: its local action owes some, or success is to be told.</summary>
    public bool IsOwed(in PendingDelivery delivery)
        => delivery.Result is { Dsns.Count: > 0 } || (!delivery.IsEndedElsewhere && WantsSuccess(delivery));

    /// <summary>Writes what <see cref="IsOwed"/>.</summary>
    /// <param name="completed">Run on the thread: whether all is durable, and the time.</param>
    public void SendOwed(in PendingDelivery delivery, Action<Fault, long> completed)
    {
        if (delivery.Result is { Dsns: { Count: > 0 } owed })
            SendAll(owed, completed);
        else
            SendSuccess(delivery, completed);
    }

    private bool WantsSuccess(in PendingDelivery delivery)
    {
        if (dependencies.DsnSender is null)
            return false;
        foreach (int index in delivery.Recipients)
            if ((delivery.Entry.Envelope.Recipients[index].Notify & Notify.Success) != 0)
                return true;
        return false;
    }

    /// <summary>
    /// RFC 5321 §4.5.4.1: whoever gives up tells the sender. A delivery that nobody can be told of is not given up, nor
    /// one that failed because the engine stops.
    /// </summary>
    public bool IsToBeGivenUp(in PendingDelivery delivery, Fault fault)
        => dependencies.DsnSender is not null && fault != Fault.Cancelled
            && (IsTooLate(delivery)
                || dependencies.Schedule().IsOver(delivery.Entry.Envelope.Release, dependencies.Time.GetUtcNow()));

    /// <summary>
    /// Tells the sender of a delivery that it waits, once, when it has waited for so long as the settings or its sender
    /// say.
    /// </summary>
    /// <param name="why">See <see cref="WaitingResult"/>.</param>
    /// <returns>The delivery, with what it has of that from now on.</returns>
    public PendingDelivery TellDelayIfDue(PendingDelivery delivery, AttemptResult why)
    {
        if (dependencies.DsnSender is null || why.Fault == Fault.Cancelled || delivery.IsEndedElsewhere
            || delivery.Delay is { HasFailed: false } || !IsLate(delivery.Entry.Envelope))
            return delivery;
        var notice = new DelayNotice();
        DateTimeOffset until = dependencies.Schedule().Expires(delivery.Entry.Envelope.Release);
        Send(delivery, DsnKind.Delayed, why, until, (fault, _) =>
        {
            notice.HasFailed = fault != Fault.None;
            if (!notice.HasFailed && delivery.Entry.IsClaimed)
                LocalNote.SaveTold(dependencies.Spool, delivery);
        });
        return delivery with { Delay = notice };
    }

    // RFC 2852 §4: who has said when it becomes late is told then, and not when others would be.
    private bool IsLate(Envelope envelope)
        => envelope is { DeliverBy.Returns: false, Deadline: { } deadline }
            ? dependencies.Time.GetUtcNow() >= deadline
            : dependencies.Schedule().IsDelayDsnDue(envelope.Release, dependencies.Time.GetUtcNow());

    /// <summary>RFC 2852 §4: its sender wants it back, and not delivered any more.</summary>
    public bool IsTooLate(in PendingDelivery delivery)
        => dependencies.DsnSender is not null && delivery.Result is null
            && delivery.Entry.Envelope.DeliverBy is not null
            && delivery.Entry.Envelope.IsTooLate(dependencies.Time.GetUtcNow());

    // Of several that one message owes none is written twice because another could not be.
    private void SendAll(IReadOnlyList<OwedDsn> owed, Action<Fault, long> completed)
    {
        OwedDsn[] left = [.. owed.Where(dsn => !dsn.IsDurable)];
        int open = left.Length;
        Fault worst = Fault.None;
        foreach (OwedDsn dsn in left)
            Send(dsn.Send, (fault, now) =>
            {
                dsn.IsDurable = fault == Fault.None;
                worst = fault == Fault.None ? worst : fault;
                if (--open == 0)
                    completed(worst, now);
            });
    }

    private void SendSuccess(in PendingDelivery delivery, Action<Fault, long> completed)
    {
        long number = InMailboxes.Add(dependencies.HomeOf(delivery.Maildrop) ?? delivery.Maildrop);
        AttemptResult result = AttemptResult.OfThisHost(Fault.None, "2.0.0", "Delivered to the mailbox");
        Send(delivery, DsnKind.Delivered, result, (fault, now) =>
        {
            InMailboxes.Remove(number);
            completed(fault, now);
        });
    }

    /// <param name="completed">Run on the thread: whether the DSN is durable, and the time.</param>
    public void SendFailure(in PendingDelivery delivery, Fault why, Action<Fault, long> completed)
    {
        AttemptResult result = FinalResult(delivery, why);
        (Recipient Recipient, string Why)[] untold = [.. UntoldOf(delivery)];
        string id = delivery.Entry.Id;
        Send(delivery, DsnKind.Failed, result, (fault, now) =>
        {
            foreach ((Recipient recipient, string reason) in fault == Fault.None ? untold : [])
                dependencies.Log.WriteThrownAway(LogLevel.Warning, id, recipient, $"{result.Text}, and {reason}");
            completed(fault, now);
        });
    }

    private AttemptResult FinalResult(in PendingDelivery delivery, Fault why)
        => why == Fault.NotFound
            ? AttemptResult.OfThisHost(why, "5.1.1", "No such user here")
            : IsTooLate(delivery)
            ? AttemptResult.OfThisHost(why, "5.4.7", "It could not be delivered in the time that its sender gave")
            : FullResult(delivery, why)
            ?? AttemptResult.OfThisHost(why, "4.4.7", $"The message could not be delivered locally in time ({why})");

    /// <summary>Why a delivery waits.</summary>
    public AttemptResult WaitingResult(in PendingDelivery delivery, Fault why)
        => FullResult(delivery, why)
            ?? AttemptResult.OfThisHost(why, "4.3.0", $"It cannot be delivered here now: {FaultWords.Of(why)}");

    // RFC 3463 §3.3, §3.4: the owner of a mailbox can make room in it, the host's operator on its disk
    private AttemptResult? FullResult(in PendingDelivery delivery, Fault why)
    {
        if (why != Fault.Full)
            return null;
        bool isQuota = dependencies.HomeOf(delivery.Maildrop) is { } home
            && dependencies.Quotas?.IsFull(delivery.Maildrop, home) == true;
        return isQuota
            ? AttemptResult.OfThisHost(why, "4.2.2", "The mailbox is full")
            : AttemptResult.OfThisHost(why, "4.3.1", "There is no space for mail on this host");
    }

    private IEnumerable<(Recipient, string)> UntoldOf(PendingDelivery delivery)
    {
        foreach (int index in delivery.Recipients)
        {
            Recipient recipient = delivery.Entry.Envelope.Recipients[index];
            if (dependencies.DsnSender!.WhyUntold(delivery.Entry, DsnKind.Failed, recipient) is { } reason)
                yield return (recipient, reason);
        }
    }

    private void Send(PendingDelivery delivery, DsnKind kind, AttemptResult result, Action<Fault, long> completed)
        => Send(delivery, kind, result, until: null, completed);

    private void Send(
        PendingDelivery delivery, DsnKind kind, AttemptResult result, DateTimeOffset? until,
        Action<Fault, long> completed)
    {
        DateTimeOffset at = dependencies.Time.GetUtcNow();
        DsnRecipient[] recipients =
        [
            .. delivery.Recipients.Select(index => delivery.Entry.Envelope.Recipients[index])
                .Where(recipient => kind != DsnKind.Delivered || recipient.Notify.HasFlag(Notify.Success))
                .Select(recipient => new DsnRecipient(recipient, result, at, until)),
        ];
        Send(committed => dependencies.DsnSender!.Send(delivery.Entry, kind, recipients, committed), completed);
    }

    private void Send(Action<Action<Fault>> send, Action<Fault, long> completed)
    {
        InProgress++;
        send(fault => post(now =>
        {
            InProgress--;
            completed(fault, now);
        }));
    }
}
