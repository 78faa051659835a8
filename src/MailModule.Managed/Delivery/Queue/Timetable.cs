namespace MailModule.Delivery.Queue;

/// <summary>
/// Deferred jobs by the time of their next attempt: adding and taking costs the logarithm of how many there are. Jobs that were made ready, held or put off again
/// meanwhile stay behind as stale rows, which are swept when they are the most. Guarded by the queue's lock.
/// </summary>
internal sealed class Timetable
{
    private const int SweepFrom = 1024;

    private readonly PriorityQueue<Job, long> _rows = new();
    private int _stale;

    /// <summary>When the first job is due; null if none is deferred.</summary>
    public DateTimeOffset? Next
    {
        get
        {
            DropStale();
            return _rows.TryPeek(out _, out long due) ? new DateTimeOffset(due, TimeSpan.Zero) : null;
        }
    }

    /// <summary>Rows, stale ones included.</summary>
    public int Rows => _rows.Count;

    /// <summary>Takes a job whose state and time are set.</summary>
    public void Add(Job job) => _rows.Enqueue(job, job.Due.UtcTicks);

    /// <summary>A job that stands here is not deferred any more.</summary>
    public void Leave()
    {
        if (++_stale < SweepFrom || _stale < _rows.Count / 2)
            return;
        (Job Job, long Due)[] rows = [.. _rows.UnorderedItems.Where(row => IsCurrent(row.Element, row.Priority))];
        _rows.Clear();
        _rows.EnqueueRange(rows);
        _stale = 0;
    }

    /// <summary>Takes the first job out if it is due.</summary>
    public bool TryTake(DateTimeOffset now, out Job job)
    {
        DropStale();
        bool isDue = _rows.TryPeek(out job!, out long due) && due <= now.UtcTicks;
        if (!isDue)
            return false;
        _rows.Dequeue();
        _stale--; // its job leaves in a moment, and is no stale row
        return true;
    }

    /// <summary>Moves every time. Costs as much as there are rows: for a clock that was set.</summary>
    public void Shift(TimeSpan by)
    {
        Job[] jobs = [.. _rows.UnorderedItems.Where(row => IsCurrent(row.Element, row.Priority)).Select(row => row.Element).Distinct()];
        _rows.Clear();
        _stale = 0;
        foreach (Job job in jobs)
        {
            job.Due += by;
            Add(job);
        }
    }

    private void DropStale()
    {
        while (_rows.TryPeek(out Job? job, out long due) && !IsCurrent(job, due))
        {
            _rows.Dequeue();
            _stale = Math.Max(0, _stale - 1);
        }
    }

    private static bool IsCurrent(Job job, long due) => job.State == QueueState.Deferred && job.Due.UtcTicks == due;
}
