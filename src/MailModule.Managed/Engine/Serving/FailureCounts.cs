namespace MailModule.Engine.Serving;

/// <summary>From which failure on each shuts its key out, and for how long.</summary>
/// <param name="First">The failures before it have no consequence.</param>
/// <param name="FirstBlock">For how long that one does; each further one doubles it.</param>
/// <param name="LongestBlock">The most that the doubling comes to.</param>
/// <param name="Capacity">Keys at most.</param>
internal sealed record FailureLimits(int First, TimeSpan FirstBlock, TimeSpan LongestBlock, int Capacity);

/// <summary>
/// Failures by key (an address, a name), bounded in number; those of a key are forgotten when there was none for an
/// hour. Any thread.
/// </summary>
internal sealed class FailureCounts<TKey>(FailureLimits limits, TimeProvider clock)
    where TKey : notnull
{
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Entry> _entries = [];

    private readonly record struct Entry(int Failures, TimeSpan Last, TimeSpan BlockedUntil);

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    private TimeSpan Now => clock.GetElapsedTime(0);

    public bool IsBlocked(TKey key)
    {
        lock (_lock)
            return _entries.TryGetValue(key, out Entry entry) && Now < entry.BlockedUntil;
    }

    /// <summary>Counts one more; gives how many there are.</summary>
    public int Add(TKey key)
    {
        TimeSpan now = Now;
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out Entry entry) || IsForgotten(entry, now))
                entry = default;
            int failures = entry.Failures + 1;
            _entries[key] = new Entry(failures, now, now + BlockAfter(failures));
            if (_entries.Count > limits.Capacity)
                MakeRoom(now);
            return failures;
        }
    }

    private static bool IsForgotten(Entry entry, TimeSpan now) => now - entry.Last >= Memory;

    private TimeSpan BlockAfter(int failures)
    {
        if (failures < limits.First)
            return TimeSpan.Zero;
        TimeSpan block = limits.FirstBlock * Math.Pow(2, Math.Min(failures - limits.First, 30));
        return block < limits.LongestBlock ? block : limits.LongestBlock;
    }

    /// <summary>
    /// What is forgotten goes, and then a quarter: those with the fewest failures first, so that many keys that fail
    /// once do not push out the one that is guessed at.
    /// </summary>
    private void MakeRoom(TimeSpan now)
    {
        List<TKey> leaving = [.. _entries.Where(one => IsForgotten(one.Value, now)).Select(one => one.Key)];
        if (leaving.Count == 0)
            leaving = [.. _entries.OrderBy(one => one.Value.Failures).ThenBy(one => one.Value.Last)
                .Take(limits.Capacity / 4).Select(one => one.Key)];
        foreach (TKey key in leaving)
            _entries.Remove(key);
    }
}
