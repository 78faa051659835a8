namespace MailModule.Delivery.Queue;

/// <summary>
/// Deferred transactions by the time of their next attempt: adding and taking costs the logarithm of how many there
/// are. Transactions that were made ready, held or deferred anew meanwhile stay behind as stale entries, which are
/// swept when they are at least half of all. Guarded by the table's lock.
/// </summary>
internal sealed class RetryHeap
{
    private const int SweepThreshold = 1024;

    private readonly PriorityQueue<QueuedTransaction, long> _entries = new();
    private int _stale;

    /// <summary>When the first transaction is due; null if none is deferred.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            DropStale();
            return _entries.TryPeek(out _, out long due) ? new DateTimeOffset(due, TimeSpan.Zero) : null;
        }
    }

    /// <summary>Entries, stale ones included.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds a transaction whose state and time are set.</summary>
    public void Add(QueuedTransaction queued) => _entries.Enqueue(queued, queued.Due.UtcTicks);

    /// <summary>A transaction that stands here is not deferred any more.</summary>
    public void MarkStale()
    {
        if (++_stale < SweepThreshold || _stale < _entries.Count / 2)
            return;
        (QueuedTransaction Queued, long Due)[] entries = [.. CurrentEntries];
        _entries.Clear();
        _entries.EnqueueRange(entries);
        _stale = 0;
    }

    /// <summary>Takes the first transaction out if it is due.</summary>
    public bool TryDequeue(DateTimeOffset now, out QueuedTransaction queued)
    {
        DropStale();
        bool isDue = _entries.TryPeek(out queued!, out long due) && due <= now.UtcTicks;
        if (!isDue)
            return false;
        _entries.Dequeue();
        _stale--; // makes up for MarkStale, which the caller's change of state calls though no entry is left behind
        return true;
    }

    /// <summary>Moves every time, after the clock was set. Costs as much as there are entries.</summary>
    public void Shift(TimeSpan by)
    {
        QueuedTransaction[] transactions = [.. CurrentEntries.Select(entry => entry.Queued).Distinct()];
        _entries.Clear();
        _stale = 0;
        foreach (QueuedTransaction queued in transactions)
        {
            queued.Due += by;
            Add(queued);
        }
    }

    private void DropStale()
    {
        while (_entries.TryPeek(out QueuedTransaction? queued, out long due) && !IsCurrent(queued, due))
        {
            _entries.Dequeue();
            _stale = Math.Max(0, _stale - 1);
        }
    }

    private IEnumerable<(QueuedTransaction Queued, long Due)> CurrentEntries
        => _entries.UnorderedItems.Where(entry => IsCurrent(entry.Element, entry.Priority));

    private static bool IsCurrent(QueuedTransaction queued, long due)
        => queued.State == QueueState.Deferred && queued.Due.UtcTicks == due;
}
