using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>
/// The thread of local delivery (mailmodule-mbox): takes batches out of the queue, delivers them, and decides when a
/// sync is due.
/// </summary>
/// <param name="monitor">The lock of <see cref="LocalDelivery"/>, which queue and progress are guarded by.</param>
internal sealed class LocalDeliveryThread(
    object monitor, DeliveryQueue queue, DeliveryProgress progress, MailboxDelivery mailboxes, Log log)
{
    private const int SyncCount = 10_000;
    private const int SyncAfter = 2_000;
    private const int GatherFor = 10;
    private const int GatherStreamFor = 50;
    private const int LongestSleep = 60_000;
    private const int Nicer = 10;

    private readonly DeliveryBatch _batch = new();
    private Thread? _thread;
    private bool _isStopping;
    private bool _isAbandoned;

    /// <summary>False before its start and after its end. Under the lock.</summary>
    public bool IsRunning => _thread is not null;

    /// <summary>Under the lock.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>False: the system gives no thread.</summary>
    public bool Start()
    {
        lock (monitor)
            _thread = OwnThread.TryStart("mailmodule-mbox", Run);
        return _thread is not null;
    }

    /// <summary>Has the thread do what is queued and end.</summary>
    /// <returns>The thread; null if it does not run.</returns>
    public Thread? BeginStop()
    {
        lock (monitor)
        {
            _isStopping = true;
            queue.SetUrgent();
            return _thread;
        }
    }

    /// <summary>Nobody waits for the thread any more: it delivers nothing else and ends as soon as it can.</summary>
    public void Abandon()
    {
        Volatile.Write(ref _isAbandoned, true);
        lock (monitor)
            Monitor.PulseAll(monitor);
    }

    /// <summary>Returns when the thread has ended.</summary>
    public void Join()
    {
        Thread? thread;
        lock (monitor)
            thread = _thread;
        thread?.Join();
    }

    private void Run()
    {
        Niceness.Add(Nicer);
        try
        {
            while (WaitForBatch(out long sync))
                RunBatch(sync);
        }
        catch (Exception exception)
        {
            log.WriteFailure("delivery", "local delivery ended", exception);
        }
        End();
    }

    private void RunBatch(long sync)
    {
        long now = Environment.TickCount64;
        foreach (Action<long> step in _batch.Steps)
            step(now);
        _batch.Steps.Clear();
        foreach ((ISpoolEntry entry, bool mayBeDuplicate) in _batch.Entries)
            if (!Volatile.Read(ref _isAbandoned))
                mailboxes.Deliver(entry, mayBeDuplicate, now);
        mailboxes.Retry(now);
        Fault fault = IsSyncDue(sync, now) ? mailboxes.Sync(now) : Fault.None;
        Action? resume;
        lock (monitor)
        {
            resume = queue.TakeResume();
            progress.CompleteBatch(_batch.Entries.Count, mailboxes);
            if (!progress.IsSynced(sync))
                progress.CompleteSync(sync, fault);
            Monitor.PulseAll(monitor);
        }
        resume?.Invoke();
        _batch.Entries.Clear();
    }

    private bool IsSyncDue(long sync, long now)
        => !progress.IsSynced(sync) || mailboxes.Unsynced >= SyncCount || now - mailboxes.UnsyncedSince >= SyncAfter;

    // False when it is time to end. The batch holds what to deliver now, which may be nothing.
    private bool WaitForBatch(out long sync)
    {
        lock (monitor)
        {
            while (!IsEnding && queue.IsEmpty && !MustSync && UntilDue() is var wait and > 0)
                queue.WaitForEntry(wait);
            Gather();
            queue.MoveTo(_batch);
            progress.HasUnmarked |= !_batch.IsEmpty;
            sync = progress.LastSync;
            return !_isAbandoned && !(IsEnding && _batch.IsEmpty && !MustSync);
        }
    }

    // A message alone is worth neither a wake-up nor a sync: those that follow within a moment go with it. Where
    // messages keep coming a longer moment is worth it: many in a row cost less each than few now and then between the
    // work of other threads.
    private void Gather()
    {
        int before = queue.Count;
        if (!MayGather)
            return;
        Monitor.Wait(monitor, GatherFor);
        if (queue.Count > before && MayGather)
            queue.WaitForLongBatch(GatherStreamFor);
    }

    private bool MayGather => queue.MayGrow && !_isStopping && progress.IsSynced(progress.LastSync);

    // What is done but for its DSN is not done once more after the next start if that is waited for.
    private bool IsEnding => _isAbandoned || (_isStopping && mailboxes.DsnsInProgress == 0);

    private bool MustSync => !progress.IsSynced(progress.LastSync);

    private int UntilDue()
    {
        long now = Environment.TickCount64;
        long due = mailboxes.NextRetry;
        if (mailboxes.Unsynced > 0)
            due = Math.Min(due, mailboxes.UnsyncedSince + SyncAfter);
        return (int)Math.Clamp(due - now, 0, LongestSleep);
    }

    // The last sync; the threads that still wait are told what it came to.
    private void End()
    {
        Fault fault = mailboxes.Sync(Environment.TickCount64);
        Action? resume;
        lock (monitor)
        {
            _thread = null;
            resume = queue.TakeResume();
            progress.End(fault, mailboxes.Unsynced);
            Monitor.PulseAll(monitor);
        }
        resume?.Invoke();
    }
}
