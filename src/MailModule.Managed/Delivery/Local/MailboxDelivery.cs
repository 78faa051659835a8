using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>The steps of local delivery, without a thread or a clock: deliver, retry, sync, mark. One thread.</summary>
/// <remarks>
/// Invariant: an entry's recipient is marked done only after its message was delivered and then synced, or after what
/// came of it instead (messages to a list's members, a DSN that it failed) is durable in the spool. A crash before the
/// mark repeats the delivery, which the store's idempotence makes harmless; a crash after it repeats nothing.
/// </remarks>
/// <param name="beginAction">Begins a local action; its end comes to <see cref="CompleteAction"/>.</param>
/// <param name="post">Has a step run on the thread of local delivery, with the time then; from any thread.</param>
internal sealed class MailboxDelivery(
    LocalDeliveryDependencies dependencies, Action<LocalAction> beginAction, Action<Action<long>> post)
{
    private readonly List<PendingDelivery> _unsynced = [];
    private readonly MailboxRetries _retries = new(new WaitingDeliveries(dependencies.Time));
    private readonly LocalDsns _dsns = new(dependencies, post);
    private long _syncFailures;

    /// <summary>Deliveries that are neither synced nor marked.</summary>
    public int Unsynced => _unsynced.Count;

    /// <summary>When the oldest of them was made.</summary>
    public long UnsyncedSince { get; private set; }

    /// <summary>Deliveries that failed and wait for their next attempt.</summary>
    public int Waiting => _retries.Count;

    /// <summary>The same, to be seen by any thread.</summary>
    public WaitingDeliveries WaitingDeliveries => _retries.Seen;

    /// <summary>When the next mailbox is due for another attempt; <see cref="long.MaxValue"/> if none is.</summary>
    public long NextRetry => _retries.NextAttempt;

    /// <summary>DSNs that are being written; the recipients they are about are not marked yet.</summary>
    public int DsnsInProgress => _dsns.InProgress;

    /// <inheritdoc cref="LocalDsns.InMailboxes"/>
    public UntoldDeliveries Untold => _dsns.InMailboxes;

    /// <summary>
    /// Delivers to each mailbox of the entry that is still due, one copy even if several recipients share it. What
    /// fails waits. An entry whose claim has lapsed is passed over: another has it.
    /// </summary>
    public void Deliver(ISpoolEntry entry, bool mayBeDuplicate, long now)
    {
        if (!entry.IsClaimed)
            return;
        IReadOnlyList<Recipient> recipients = entry.Envelope.Recipients;
        for (int i = 0; i < recipients.Count; i++)
        {
            if (recipients[i].Maildrop is not { } maildrop || FetchedMaildrop.IsOne(maildrop) || entry.IsDone(i))
                continue;
            FolderMaildrop place = FolderMaildrop.Read(maildrop);
            string? home = dependencies.HomeOf(place.Maildrop);
            if (!IsFirstOfHome(entry, i, home))
                continue;
            int[] sharing = RecipientsOfHome(entry, i, home);
            var delivery = new PendingDelivery(entry, place.Maildrop, sharing, mayBeDuplicate)
            {
                Folder = place.Folder,
            };
            DeliverOrWait(mayBeDuplicate ? LocalNote.Restore(delivery) : delivery, home, now);
        }
    }

    /// <summary>A local action has ended: the message goes where it says, or waits for another attempt.</summary>
    public void CompleteAction(LocalAction action, LocalActionResult result, long now)
    {
        var delivery = new PendingDelivery(action.Entry, action.Maildrop, action.Recipients, action.MayBeDuplicate)
        {
            Folder = action.Folder,
            Progress = action.Progress,
            Failures = action.Failures,
            Delay = action.Delay,
        };
        Fault fault = result.Fault;
        if (fault == Fault.None)
        {
            delivery = delivery with { Result = result };
            fault = Store(delivery, action.Home);
        }
        if (fault == Fault.None)
            Complete(delivery, now);
        else
            GiveUpOrRetry(delivery, action.Home, fault, now);
    }

    /// <summary>Tries mailboxes again whose time has come.</summary>
    public void Retry(long now)
    {
        if (now >= NextRetry)
            RetryDue(now);
    }

    /// <summary>Has the mailboxes that a message waits for tried at the next <see cref="Retry"/>; null: all.</summary>
    public void MakeDue(string? id, long now) => _retries.MakeDue(id, now);

    /// <summary>Forgets what waits and was marked done meanwhile: an operator has taken it out.</summary>
    public void DropDone()
    {
        foreach (PendingDelivery delivery in _retries.Remove(IsDone))
            delivery.Result?.Changed?.Dispose();
    }

    private static bool IsDone(PendingDelivery delivery)
        => Array.TrueForAll(delivery.Recipients, delivery.Entry.IsDone);

    /// <summary>Makes all deliveries durable, then marks them. On failure nothing is marked and all stay due.</summary>
    public Fault Sync(long now)
    {
        if (_unsynced.Count == 0)
            return Fault.None;
        Fault fault = dependencies.Store.Sync();
        if (fault != Fault.None)
        {
            UnsyncedSince = now;
            if (_syncFailures++ == 0)
                Log(LogLevel.Error, $"mailboxes could not be made durable ({FaultWords.Of(fault)}); trying again");
            return fault;
        }
        _syncFailures = 0;
        foreach (PendingDelivery delivery in _unsynced)
            dependencies.Spool.MarkDone(delivery.Entry, delivery.Recipients, soon: delivery.Result is not null);
        _unsynced.Clear();
        return Fault.None;
    }

    private bool IsFirstOfHome(ISpoolEntry entry, int index, string? home)
    {
        for (int i = 0; i < index; i++)
            if (SharesHome(entry, i, home, entry.Envelope.Recipients[index].Maildrop!))
                return false;
        return true;
    }

    private int[] RecipientsOfHome(ISpoolEntry entry, int first, string? home)
    {
        IReadOnlyList<Recipient> recipients = entry.Envelope.Recipients;
        if (first == recipients.Count - 1)
            return [first];
        var sharing = new List<int> { first };
        for (int i = first + 1; i < recipients.Count; i++)
            if (SharesHome(entry, i, home, recipients[first].Maildrop!))
                sharing.Add(i);
        return [.. sharing];
    }

    private bool SharesHome(ISpoolEntry entry, int index, string? home, string maildrop)
    {
        if (entry.Envelope.Recipients[index].Maildrop is not { } other || entry.IsDone(index))
            return false;
        return other == maildrop
            || home is not null && dependencies.HomeOf(FolderMaildrop.Read(other).Maildrop) == home;
    }

    private void RetryDue(long now)
        => _retries.RunDue(now, delivery => TryAgain(delivery, now), _dsns.TellDelayIfDue);

    // A mailbox that has failed lately gets no attempt for each message, so that it holds up nobody.
    private void DeliverOrWait(in PendingDelivery delivery, string? home, long now)
    {
        if (_retries.TryWait(home ?? delivery.Maildrop, delivery))
            return;
        Fault fault = Begin(delivery, home, now);
        if (fault != Fault.None)
            GiveUpOrRetry(delivery, home, fault, now);
    }

    // Null: it waits no more.
    private AttemptResult? TryAgain(in PendingDelivery delivery, long now)
    {
        if (!delivery.Entry.IsClaimed || IsDone(delivery))
        {
            delivery.Result?.Changed?.Dispose();
            return null;
        }
        string? home = dependencies.HomeOf(delivery.Maildrop);
        Fault fault = Begin(delivery, home, now);
        return fault == Fault.None || TryGiveUp(delivery, home, fault) ? null : _dsns.WaitingResult(delivery, fault);
    }

    // None: the message is in the mailbox, or a local action has it.
    private Fault Begin(in PendingDelivery delivery, string? home, long now)
    {
        if (_dsns.IsTooLate(delivery))
            return Fault.Timeout;
        if (IsByRules(delivery, home))
        {
            beginAction(new LocalAction(delivery.Entry, delivery.Maildrop, home, delivery.Recipients)
            {
                Folder = delivery.Folder,
                Progress = delivery.Progress,
                Failures = delivery.Failures,
                MayBeDuplicate = delivery.MayBeDuplicate,
                Delay = delivery.Delay,
            });
            return Fault.None;
        }
        Fault fault = Store(delivery, home);
        if (fault == Fault.None)
            Complete(delivery, now);
        return fault;
    }

    // A folder that was named before comes before the user's rules; a list has none of its own.
    private bool IsByRules(in PendingDelivery delivery, string? home)
        => delivery.Result is null && (delivery.Folder is null || home is null)
            && dependencies.Rules is { } rules && rules.AppliesTo(delivery.Maildrop, home);

    // The unexpected counts as a failure for now: the message stays in the spool.
    private Fault Store(in PendingDelivery delivery, string? home)
    {
        if (home is null)
            return delivery.IsEndedElsewhere ? Fault.None : Fault.NotFound;
        if (!delivery.IsEndedElsewhere && dependencies.Quotas?.IsFull(delivery.Maildrop, home) == true)
            return Fault.Full;
        try
        {
            LocalActionResult result = delivery.Result
                ?? (delivery.Folder is { } folder ? LocalActionResult.Stored([folder]) : LocalActionResult.Inbox);
            Fault fault = StoreResult(delivery, home, result);
            if (fault == Fault.None && !delivery.IsEndedElsewhere)
                dependencies.Quotas?.Delivered(delivery, home);
            return fault;
        }
        catch (Exception exception)
        {
            Log(LogLevel.Error, $"{Describe(delivery)}: {exception}");
            return Fault.Internal;
        }
    }

    private Fault StoreResult(in PendingDelivery delivery, string home, LocalActionResult result)
    {
        ISpoolEntry entry = delivery.Entry;
        MessageContent content = (MessageContent?)result.Changed ?? entry.Content;
        foreach (string folder in result.Folders)
        {
            Fault fault = folder.Length == 0
                ? StoreInInbox(delivery, home, content)
                : dependencies.Store.DeliverInto(home, folder, entry.Id, entry.Envelope.Received, content);
            if (fault != Fault.None)
                return fault;
            Announce(delivery, folder, content);
        }
        return Fault.None;
    }

    private void Announce(in PendingDelivery delivery, string folder, MessageContent content)
    {
        if (dependencies.NewMail is not { } hear)
            return;
        ISpoolEntry entry = delivery.Entry;
        string uniqueId = dependencies.Store.UniqueIdOf(entry.Id, entry.Envelope.Received);
        hear(new NewMail(delivery.Maildrop, folder, uniqueId, content.WireLength, entry.Envelope.ReversePath));
    }

    private Fault StoreInInbox(in PendingDelivery delivery, string home, MessageContent content)
    {
        ISpoolEntry entry = delivery.Entry;
        return dependencies.Store.Deliver(home, entry.Id, entry.Envelope.Received, content, delivery.MayBeDuplicate);
    }

    private void Complete(in PendingDelivery delivery, long now)
    {
        if (_dsns.IsOwed(delivery))
            SendOwedDsns(delivery);
        else
            End(delivery, now);
    }

    private void End(in PendingDelivery delivery, long now)
    {
        delivery.Result?.Changed?.Dispose();
        if (delivery.IsEndedElsewhere)
            dependencies.Spool.MarkDone(delivery.Entry, delivery.Recipients, soon: true);
        else
            AddUnsynced(delivery, now);
    }

    // RFC 3461 §5.2.2: success is told before the message is forgotten
    private void SendOwedDsns(PendingDelivery delivery)
        => _dsns.SendOwed(delivery, (fault, now) =>
        {
            if (fault == Fault.None)
                End(delivery, now);
            else
                RetryLater(delivery, dependencies.HomeOf(delivery.Maildrop), fault, now);
        });

    private void GiveUpOrRetry(in PendingDelivery delivery, string? home, Fault fault, long now)
    {
        if (!TryGiveUp(delivery, home, fault))
            RetryLater(delivery, home, fault, now);
    }

    private bool TryGiveUp(PendingDelivery delivery, string? home, Fault fault)
    {
        if (!_dsns.IsToBeGivenUp(delivery, fault))
            return false;
        Log(LogLevel.Warning, $"{Describe(delivery)}: {FaultWords.Of(fault)}; given up");
        _dsns.SendFailure(delivery, fault, (result, now) =>
        {
            delivery.Result?.Changed?.Dispose();
            if (result == Fault.None)
                dependencies.Spool.MarkDone(delivery.Entry, delivery.Recipients, soon: true);
            else
                RetryLater(delivery with { Result = null }, home, result, now);
        });
        return true;
    }

    private void RetryLater(in PendingDelivery delivery, string? home, Fault fault, long now)
    {
        AttemptResult why = _dsns.WaitingResult(delivery, fault);
        if (_retries.Add(home ?? delivery.Maildrop, _dsns.TellDelayIfDue(delivery, why), why, now))
            Log(LogLevel.Warning, $"{Describe(delivery)}: {FaultWords.Of(fault)}; trying again later");
    }

    private void AddUnsynced(in PendingDelivery delivery, long now)
    {
        if (_unsynced.Count == 0)
            UnsyncedSince = now;
        _unsynced.Add(delivery);
    }

    private void Log(LogLevel level, string text) => dependencies.Log.Write(level, "delivery", text);

    private static string Describe(in PendingDelivery delivery) => $"{delivery.Entry.Id} to {delivery.Maildrop}";
}
