namespace MailModule.Delivery.Queue;

/// <summary>
/// Deferred jobs by the time of their next attempt: adding and taking costs the logarithm of how many there are. Transactions that were made ready, held or put off again
/// meanwhile stay behind as stale entries, which are swept when they are the most. Guarded by the queue's lock.
/// </summary>
internal sealed class RetryHeap
{
    private const int SweepThreshold = 1024;

    private readonly PriorityQueue<QueuedTransaction, long> _entries = new();
    private int _stale;

    /// <summary>When the first job is due; null if none is deferred.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            DropStale();
            return _entries.TryPeek(out _, out long due) ? new DateTimeOffset(due, TimeSpan.Zero) : null;
        }
    }

    /// <summary>Count, stale ones included.</summary>
    public int Count => _entries.Count;

    /// <summary>Takes a job whose state and time are set.</summary>
    public void Add(QueuedTransaction queued) => _entries.Enqueue(queued, queued.Due.UtcTicks);

    /// <summary>A job that stands here is not deferred any more.</summary>
    public void MarkStale()
    {
        if (++_stale < SweepThreshold || _stale < _entries.Count / 2)
            return;
        (QueuedTransaction Queued, long Due)[] entries = [.. _entries.UnorderedItems.Where(entry => IsCurrent(entry.Element, entry.Priority))];
        _entries.Clear();
        _entries.EnqueueRange(entries);
        _stale = 0;
    }

    /// <summary>Takes the first job out if it is due.</summary>
    public bool TryDequeue(DateTimeOffset now, out QueuedTransaction queued)
    {
        DropStale();
        bool isDue = _entries.TryPeek(out queued!, out long due) && due <= now.UtcTicks;
        if (!isDue)
            return false;
        _entries.Dequeue();
        _stale--; // its job leaves in a moment, and is no stale entry
        return true;
    }

    /// <summary>Moves every time. Costs as much as there are entries: for a clock that was set.</summary>
    public void Shift(TimeSpan by)
    {
        QueuedTransaction[] transactions = [.. _entries.UnorderedItems.Where(entry => IsCurrent(entry.Element, entry.Priority)).Select(entry => entry.Element).Distinct()];
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

    private static bool IsCurrent(QueuedTransaction queued, long due) => queued.State == QueueState.Deferred && queued.Due.UtcTicks == due;
}
