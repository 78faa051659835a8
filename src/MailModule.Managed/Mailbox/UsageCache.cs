using MailModule.Primitives;

namespace MailModule.Mailbox;

/// <summary>
/// What mailboxes hold, as it was measured last and with what has been delivered since, so that a quota costs no
/// listing for each message. What other programs do in a mailbox is seen when it is measured anew. Bounded. Any thread.
/// </summary>
/// <param name="measure">Lists a mailbox; blocks.</param>
internal sealed class UsageCache(UsageCache.Measuring measure, TimeProvider clock)
{
    private const int Capacity = 16_384;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private long _forgotten;

    public delegate Fault Measuring(string home, out MailboxUsage usage);

    private readonly record struct Entry(MailboxUsage Usage, long MeasuredAt);

    /// <summary>What is known of it, measured no longer ago than that. Does not block.</summary>
    public bool TryGet(string home, TimeSpan maxAge, out MailboxUsage usage)
    {
        lock (_lock)
        {
            bool isKnown = _entries.TryGetValue(home, out Entry entry)
                && clock.GetElapsedTime(entry.MeasuredAt) <= maxAge;
            usage = isKnown ? entry.Usage : default;
            return isKnown;
        }
    }

    /// <summary>As <see cref="TryGet"/>; measured if need be. Blocks.</summary>
    public Fault Get(string home, TimeSpan maxAge, out MailboxUsage usage)
    {
        if (TryGet(home, maxAge, out usage))
            return Fault.None;
        long forgotten = Interlocked.Read(ref _forgotten);
        long began = clock.GetTimestamp();
        Fault fault = measure(home, out usage);
        lock (_lock)
            // What was deleted while the mailbox was listed may be in that list.
            if (fault == Fault.None && forgotten == _forgotten)
                Put(home, new Entry(usage, began));
        return fault;
    }

    /// <summary>A message has come into a mailbox.</summary>
    public void Add(string home, long octets)
    {
        lock (_lock)
            if (_entries.TryGetValue(home, out Entry entry))
                _entries[home] = entry with
                { Usage = new MailboxUsage(entry.Usage.Octets + octets, entry.Usage.Messages + 1) };
    }

    /// <summary>Messages have been deleted: it is measured anew when somebody asks.</summary>
    public void Forget(string home)
    {
        lock (_lock)
        {
            _forgotten++;
            _entries.Remove(home);
        }
    }

    private void Put(string home, in Entry entry)
    {
        _entries[home] = entry;
        if (_entries.Count <= Capacity)
            return;
        foreach (string oldest in _entries.OrderBy(one => one.Value.MeasuredAt).Take(Capacity / 4)
            .Select(one => one.Key).ToList())
            _entries.Remove(oldest);
    }
}
