using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>
/// The steps of local delivery, without a thread or a clock of its own: deliver, retry, sync. One thread.
/// </summary>
/// <remarks>
/// Invariant: an entry's recipient is marked done only after its message was delivered and then synced, or after what came of it instead (messages to a list's members, a report that it
/// failed) is durable in the spool. A crash before the mark repeats the delivery, which the store's idempotence makes harmless; a crash after it repeats nothing.
/// </remarks>
/// <param name="beginAction">Begins a local action; its end comes to <see cref="CompleteAction"/>.</param>
/// <param name="post">Has a step run on the thread of local delivery, with the time then; from any thread.</param>
internal sealed partial class MailboxDelivery(LocalDeliveryDependencies parts, Action<LocalAction> beginAction, Action<Action<long>> post)
{
    private const int RetriesInARow = 256;
    private const long FirstDelay = 1_000;
    private const long LongestDelay = 300_000;

    private readonly List<Due> _unsynced = [];
    private readonly Dictionary<string, Parked> _parked = [];
    private long _syncFailures;

    /// <summary>A message on its way into one mailbox, for the recipients (indexes) that share it.</summary>
    private readonly record struct Due(ISpoolEntry Entry, string Maildrop, int[] Recipients, bool MayBeThere)
    {
        /// <summary>What its local action came to; null: it has had none, or is to have it again.</summary>
        public LocalActionResult? End { get; init; }

        public object? Progress { get; init; }
        public int Failures { get; init; }
    }

    private sealed class Parked
    {
        public readonly Queue<Due> Waiting = new();
        public long Delay = FirstDelay;
        public long At;
    }

    /// <summary>Deliveries that are neither synced nor marked.</summary>
    public int Unsynced => _unsynced.Count;

    /// <summary>When the oldest of them was made.</summary>
    public long UnsyncedSince { get; private set; }

    /// <summary>Deliveries that failed and wait for their next attempt.</summary>
    public int Waiting => _parked.Values.Sum(parked => parked.Waiting.Count);

    /// <summary>When the next mailbox is due for another attempt; <see cref="long.MaxValue"/> if none is.</summary>
    public long NextRetry => _parked.Count == 0 ? long.MaxValue : _parked.Values.Min(parked => parked.At);

    /// <summary>Delivers to each mailbox of the entry that is still due, one copy even if several recipients share it. What fails waits.</summary>
    public void Deliver(ISpoolEntry entry, bool mayBeThere, long now)
    {
        IReadOnlyList<Recipient> recipients = entry.Envelope.Recipients;
        for (int i = 0; i < recipients.Count; i++)
        {
            if (recipients[i].Maildrop is not { } maildrop || entry.IsDone(i))
                continue;
            string? home = parts.HomeOf(maildrop);
            if (IsFirstOfHome(entry, i, home))
                Try(new Due(entry, maildrop, Sharing(entry, i, home), mayBeThere), home, now);
        }
    }

    /// <summary>Tries mailboxes again whose time has come.</summary>
    public void Retry(long now)
    {
        if (now < NextRetry)
            return;
        foreach ((string key, Parked parked) in _parked.ToArray())
            if (parked.At <= now && RetryOne(parked, now))
                _parked.Remove(key);
    }

    /// <summary>Makes all deliveries durable, then marks them. On failure nothing is marked and all stay due.</summary>
    public Fault Sync(long now)
    {
        if (_unsynced.Count == 0)
            return Fault.None;
        Fault fault = parts.Store.Sync();
        if (fault != Fault.None)
        {
            UnsyncedSince = now;
            if (_syncFailures++ == 0)
                parts.Log.Write(LogLevel.Error, "delivery", $"mailboxes could not be made durable ({fault}); trying again");
            return fault;
        }
        _syncFailures = 0;
        foreach (Due due in _unsynced)
            parts.Spool.MarkDone(due.Entry, due.Recipients, soon: due.End is not null);
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

    private int[] Sharing(ISpoolEntry entry, int first, string? home)
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
        return other == maildrop || home is not null && parts.HomeOf(other) == home;
    }

    private void Try(in Due due, string? home, long now)
    {
        // This mailbox has failed lately: no attempt for each message, so that it holds up nobody.
        if (_parked.TryGetValue(home ?? due.Maildrop, out Parked? parked))
            parked.Waiting.Enqueue(due with { MayBeThere = true });
        else if (Go(due, home, now) is var fault and not Fault.None)
            Fail(due, home, fault, now);
    }

    // None: it is there, or on a action.
    private Fault Go(in Due due, string? home, long now)
    {
        if (due.End is null && parts.Rules is { } rules && rules.AppliesTo(due.Maildrop, home))
        {
            beginAction(new LocalAction(due.Entry, due.Maildrop, home, due.Recipients) { Progress = due.Progress, Failures = due.Failures, MayBeThere = due.MayBeThere });
            return Fault.None;
        }
        Fault fault = DeliverTo(due, home);
        if (fault == Fault.None)
            Delivered(due, now);
        return fault;
    }

    // The unexpected counts as a failure for now: the message stays in the spool.
    private Fault DeliverTo(in Due due, string? home)
    {
        if (home is null)
            return due.End is { Folders.Count: 0 } ? Fault.None : Fault.NotFound;
        try
        {
            return due.End is { } end ? DeliverTo(due, home, end) : parts.Store.Deliver(home, due.Entry.Id, due.Entry.Envelope.Received, due.Entry.Content, due.MayBeThere);
        }
        catch (Exception exception)
        {
            parts.Log.Write(LogLevel.Error, "delivery", $"{due.Entry.Id} to {due.Maildrop}: {exception.GetType().Name}: {exception.Message}");
            return Fault.Internal;
        }
    }

    private Fault DeliverTo(in Due due, string home, LocalActionResult result)
    {
        MessageContent content = (MessageContent?)result.Changed ?? due.Entry.Content;
        foreach (string folder in result.Folders)
        {
            Fault fault = folder.Length == 0
                ? parts.Store.Deliver(home, due.Entry.Id, due.Entry.Envelope.Received, content, due.MayBeThere)
                : parts.Store.DeliverInto(home, folder, due.Entry.Id, due.Entry.Envelope.Received, content);
            if (fault != Fault.None)
                return fault;
        }
        return Fault.None;
    }

    private void AddUnsynced(in Due due, long now)
    {
        if (_unsynced.Count == 0)
            UnsyncedSince = now;
        _unsynced.Add(due);
    }

    private void Park(in Due due, string? home, Fault fault, long now)
    {
        string key = home ?? due.Maildrop;
        if (!_parked.TryGetValue(key, out Parked? parked))
        {
            long delay = Math.Min(FirstDelay << Math.Min(due.Failures, 20), LongestDelay);
            _parked[key] = parked = new Parked { Delay = delay, At = now + delay };
            parts.Log.Write(LogLevel.Warning, "delivery", $"{due.Entry.Id} to {due.Maildrop}: {fault}; trying again later");
        }
        parked.Waiting.Enqueue(due with { MayBeThere = true, Failures = due.Failures + 1 });
    }

    // True when nothing waits any more.
    private bool RetryOne(Parked parked, long now)
    {
        for (int i = 0; i < RetriesInARow && parked.Waiting.TryPeek(out Due due); i++)
        {
            string? home = parts.HomeOf(due.Maildrop);
            Fault fault = Go(due, home, now);
            if (fault != Fault.None && !TryGiveUp(due, home, fault))
            {
                parked.Delay = Math.Min(parked.Delay * 2, LongestDelay);
                parked.At = now + parked.Delay;
                return false;
            }
            parked.Waiting.Dequeue();
        }
        parked.Delay = FirstDelay;
        return parked.Waiting.Count == 0;
    }
}
