using MailModule.Primitives;

namespace MailModule.Delivery.Local;

/// <summary>
/// How far local delivery has come, for the threads that wait for it. Every member is for a thread that holds the lock
/// of <see cref="LocalDelivery"/>.
/// </summary>
internal sealed class DeliveryProgress
{
    private readonly Dictionary<string, int> _actions = [];
    private long _tried;
    private long _syncsAsked;
    private long _syncsDone;

    /// <summary>Entries that were ever put into the queue.</summary>
    public long Enqueued { get; private set; }

    /// <summary>Deliveries that are neither synced nor marked.</summary>
    public int Unsynced { get; private set; }

    /// <summary>Something may be in a mailbox whose mark is not made yet.</summary>
    public bool HasUnmarked { get; set; }

    /// <summary>What the last sync that was asked for came to.</summary>
    public Fault SyncFault { get; private set; }

    /// <summary>The last sync that was asked for; <see cref="IsSynced"/> takes it.</summary>
    public long LastSync => _syncsAsked;

    public void AddEnqueued(int entries) => Enqueued += entries;

    /// <summary>All of the first so many entries have been tried once at least.</summary>
    public bool HasTried(long entries) => _tried >= entries;

    /// <summary>Asks the thread for a sync; its number.</summary>
    public long AskForSync() => ++_syncsAsked;

    public bool IsSynced(long sync) => _syncsDone >= sync;

    public void CompleteSync(long sync, Fault fault) => (_syncsDone, SyncFault) = (sync, fault);

    /// <summary>The thread has done a batch.</summary>
    public void CompleteBatch(int entries, MailboxDelivery mailboxes)
    {
        _tried += entries;
        Unsynced = mailboxes.Unsynced;
        HasUnmarked = mailboxes.Unsynced > 0 || mailboxes.DsnsInProgress > 0;
    }

    /// <summary>The thread has ended: nobody waits any more.</summary>
    public void End(Fault lastSync, int unsynced)
    {
        _tried = long.MaxValue;
        HasUnmarked = unsynced > 0;
        CompleteSync(long.MaxValue, lastSync);
    }

    public void BeginAction(LocalAction action) => _actions[action.Key] = _actions.GetValueOrDefault(action.Key) + 1;

    public void EndAction(LocalAction action)
    {
        if (--_actions[action.Key] == 0)
            _actions.Remove(action.Key);
    }

    public bool HasActions(string? key) => key is not null && _actions.ContainsKey(key);

    /// <summary>Actions run or wait whose key is so.</summary>
    public bool HasActions(Func<string, bool> isMeant) => _actions.Keys.Any(isMeant);
}
