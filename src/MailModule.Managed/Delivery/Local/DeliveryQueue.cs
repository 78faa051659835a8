using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>
/// Entries and steps that wait for the thread of local delivery, and when it is woken for them. Every member is for a
/// thread that holds the lock on <paramref name="monitor"/>.
/// </summary>
/// <param name="monitor">Waited on by the thread, and pulsed to wake it.</param>
internal sealed class DeliveryQueue(object monitor)
{
    private const int LongBatch = 1_024;

    private readonly Queue<Action<long>> _steps = new();
    private readonly Queue<(ISpoolEntry Entry, bool MayBeDuplicate, long Octets)> _entries = new();
    private int _wakeCount = int.MaxValue;
    private bool _lastBatchWasFull;
    private bool _isUrgent;

    /// <summary>Entries that wait.</summary>
    public int Count => _entries.Count;

    /// <summary>Octets of memory that their envelopes take.</summary>
    public long Octets { get; private set; }

    public bool IsEmpty => _entries.Count == 0 && _steps.Count == 0;

    /// <summary>The entries here may wait for more to come: they are few, and none is urgent.</summary>
    public bool MayGrow => _entries.Count is > 0 and < LongBatch && !_lastBatchWasFull && !_isUrgent;

    /// <summary>What the spool waits for before it hands over more; null if it was not told to wait.</summary>
    public Action? Resume { get; set; }

    public void Add(ISpoolEntry entry, bool mayBeDuplicate)
    {
        long octets = entry.Envelope.Octets;
        _entries.Enqueue((entry, mayBeDuplicate, octets));
        Octets += octets;
        if (_entries.Count >= _wakeCount)
            Wake();
    }

    public void Add(Action<long> step)
    {
        _steps.Enqueue(step);
        Wake();
    }

    /// <summary>A caller waits for the thread: it is woken, and its next batch does not grow.</summary>
    public void SetUrgent()
    {
        _isUrgent = true;
        Monitor.PulseAll(monitor);
    }

    /// <summary>The thread sleeps until something comes, or the time is up.</summary>
    public void WaitForEntry(int milliseconds) => Wait(milliseconds, wakeCount: 1);

    /// <summary>The thread sleeps until a long batch has come together, or the time is up.</summary>
    public void WaitForLongBatch(int milliseconds) => Wait(milliseconds, LongBatch);

    /// <summary>Takes <see cref="Resume"/>, to be run without the lock.</summary>
    public Action? TakeResume()
    {
        Action? resume = Resume;
        Resume = null;
        return resume;
    }

    /// <summary>Moves the next batch out of the queue; it may be empty.</summary>
    public void MoveTo(DeliveryBatch batch)
    {
        while (batch.Entries.Count < DeliveryBatch.Limit && _entries.TryDequeue(out var next))
        {
            batch.Entries.Add((next.Entry, next.MayBeDuplicate));
            Octets -= next.Octets;
        }
        while (_steps.TryDequeue(out Action<long>? step))
            batch.Steps.Add(step);
        _lastBatchWasFull = batch.Entries.Count == DeliveryBatch.Limit;
        _isUrgent = false;
    }

    private void Wait(int milliseconds, int wakeCount)
    {
        _wakeCount = wakeCount;
        Monitor.Wait(monitor, milliseconds);
        _wakeCount = int.MaxValue;
    }

    private void Wake()
    {
        _wakeCount = int.MaxValue;
        Monitor.PulseAll(monitor);
    }
}
