using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>
/// Brings committed messages from the spool into the mailboxes, on a thread of its own (mailmodule-mbox). Deliveries gather for a moment, and
/// one sync makes many of them durable. What cannot be delivered for now waits and is tried again; nothing is lost meanwhile, since the
/// spool holds it.
/// <para>
/// Where the processors are busy receiving, delivery trails: its thread is nicer than others. What so gathers in memory is bounded, since beyond
/// <see cref="Backlog"/> whoever brings more waits for the thread to get on, which gives it the processor.
/// </para>
/// <para>
/// Messages for lists, and for users with a forward file, go through a local action on a worker first, so that nothing here waits for them.
/// </para>
/// </summary>
internal sealed class LocalDelivery : IDisposable
{
    private const int BatchSize = 256;
    private const int Backlog = 20_000;
    private const int SyncCount = 10_000;
    private const int SyncAfter = 2_000;
    private const int GatherFor = 10;
    private const int GatherStreamFor = 50;
    private const int Enough = 1_024;
    private const int LongestHold = 20;
    private const int Nicer = 10;

    /// <summary>What the thread gets at a stop when local actions have used up the time.</summary>
    private const int LeastForEnd = 500;

    private readonly object _gate = new();
    private readonly List<(ISpoolEntry Entry, bool MayBeThere)> _batch = new(BatchSize);
    private Queue<(ISpoolEntry Entry, bool MayBeThere)> _queue = new();
    private readonly LocalDeliveryDependencies _parts;
    private readonly MailboxDelivery _mailboxes;
    private readonly LocalActionQueue? _actions;
    private readonly Dictionary<string, int> _away = [];
    private readonly Queue<Action<long>> _posted = new();
    private readonly List<Action<long>> _steps = [];
    private Thread? _thread;
    private int _awaited = int.MaxValue;
    private bool _isDraining;
    private bool _urgent;
    private bool _stopping;
    private bool _abandoned;
    private bool _unmarked;
    private int _unsynced;
    private long _taken;
    private long _tried;
    private long _settleAsked;
    private long _settleDone;
    private Fault _settleFault;

    public LocalDelivery(LocalDeliveryDependencies parts)
    {
        _parts = parts;
        _mailboxes = new MailboxDelivery(parts, BeginAction, Post);
        if (parts.Rules is { } rules)
            _actions = new LocalActionQueue(parts.Workers!, rules.Run, EndAction, parts.Log);
    }

    /// <summary>Starts the thread with the entries that the spool found at its start.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _queue = new(_parts.Spool.Recovered.Select(entry => (entry, true)).Concat(_queue));
            _taken = _queue.Count;
            _thread = new Thread(Run) { IsBackground = true };
        }
        Signals.WithAllBlocked(_thread.UnsafeStart);
    }

    /// <summary>The spool's consumer: takes a committed entry. Any thread; blocks at most <see cref="LongestHold"/> ms, and only when delivery is far behind.
    /// Entries without a local recipient are passed over.</summary>
    public void Enqueue(ISpoolEntry entry)
    {
        if (!HasMailbox(entry))
            return;
        lock (_gate)
        {
            _queue.Enqueue((entry, false));
            _taken++;
            if (_queue.Count >= _awaited)
                Wake();
            if (_queue.Count + _unsynced > Backlog && _thread is not null && !_stopping)
                Monitor.Wait(_gate, LongestHold);
        }
    }

    /// <summary>Returns when every entry taken before has been tried, or the time is up (then false). So a log-in sees the mail that was
    /// confirmed before it. Blocks: workers only.</summary>
    /// <param name="home">A user's home: waits for the local actions for that user's messages too.</param>
    public bool CatchUp(TimeSpan timeout, string? home = null)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_gate)
        {
            long wanted = _taken;
            if (_tried < wanted)
                Hurry();
            while ((_tried < wanted || IsAway(home)) && _thread is not null)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                    return false;
                Monitor.Wait(_gate, (int)left);
            }
            return true;
        }
    }

    /// <summary>
    /// Returns when everything delivered so far is synced, marked done, and the marks are durable, so that a deletion that follows stays
    /// one. Blocks: workers only. On a failure the deletion must not happen.
    /// </summary>
    public Fault MakeDurable()
    {
        Fault fault = SettleDeliveries();
        return fault == Fault.None ? _parts.Spool.Flush() : fault;
    }

    /// <summary>Delivers what is queued, syncs, marks, flushes, and ends the thread. What is left stays in the spool.</summary>
    /// <returns><see cref="Fault.Timeout"/>: something runs on; else what the flush of the marks came to.</returns>
    public Fault Stop(TimeSpan timeout)
    {
        Thread? thread;
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        bool ended = _actions?.Stop(timeout / 2) ?? true;
        lock (_gate)
        {
            thread = _thread;
            _stopping = true;
            Hurry();
        }
        if (thread is null)
            return ended ? Fault.None : Fault.Timeout;
        ended &= thread.Join((int)Math.Max(LeastForEnd, deadline - Environment.TickCount64));
        Volatile.Write(ref _abandoned, true);
        return ended ? _parts.Spool.Flush() : Fault.Timeout;
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    private static bool HasMailbox(ISpoolEntry entry)
    {
        foreach (Mail.Recipient recipient in entry.Envelope.Recipients)
            if (recipient.Maildrop is not null)
                return true;
        return false;
    }

    private bool IsAway(string? home) => home is not null && _away.ContainsKey(home);

    private void BeginAction(LocalAction action)
    {
        lock (_gate)
            _away[action.Key] = _away.GetValueOrDefault(action.Key) + 1;
        _actions!.Enqueue(action);
    }

    private void EndAction(LocalAction action, LocalActionResult result) => Post(now =>
    {
        _mailboxes.CompleteAction(action, result, now);
        lock (_gate)
            if (--_away[action.Key] == 0)
                _away.Remove(action.Key);
    });

    private void Post(Action<long> step)
    {
        lock (_gate)
        {
            _posted.Enqueue(step);
            Wake();
        }
    }

    private Fault SettleDeliveries()
    {
        lock (_gate)
        {
            if (!_unmarked)
                return Fault.None;
            if (_thread is null)
                return Fault.State;
            long ticket = ++_settleAsked;
            Hurry();
            while (_settleDone < ticket)
                Monitor.Wait(_gate);
            return _settleFault;
        }
    }

    private void Run()
    {
        ThreadName.Set("mailmodule-mbox");
        Niceness.Add(Nicer);
        try
        {
            while (WaitForWork(out long settle))
                RunOnce(settle);
        }
        catch (Exception exception)
        {
            _parts.Log.Write(LogLevel.Error, "delivery", $"local delivery ended: {exception}");
        }
        Leave();
    }

    private void RunOnce(long settle)
    {
        long now = Environment.TickCount64;
        foreach (Action<long> step in _steps)
            step(now);
        _steps.Clear();
        foreach ((ISpoolEntry entry, bool mayBeThere) in _batch)
            if (!Volatile.Read(ref _abandoned))
                _mailboxes.Deliver(entry, mayBeThere, now);
        _mailboxes.Retry(now);
        bool syncDue = settle > _settleDone || _mailboxes.Unsynced >= SyncCount || now - _mailboxes.UnsyncedSince >= SyncAfter;
        Fault fault = syncDue ? _mailboxes.Sync(now) : Fault.None;
        lock (_gate)
        {
            _tried += _batch.Count;
            _unsynced = _mailboxes.Unsynced;
            _unmarked = _unsynced > 0 || _mailboxes.DsnsInProgress > 0;
            // What waits for its report is in the mailbox already: a deletion must wait for its mark too.
            if (settle > _settleDone && (_mailboxes.DsnsInProgress == 0 || fault != Fault.None))
                (_settleDone, _settleFault) = (settle, fault);
            Monitor.PulseAll(_gate);
        }
        _batch.Clear();
    }

    // False when it is time to end. The batch holds what to deliver now, which may be nothing.
    private bool WaitForWork(out long settle)
    {
        lock (_gate)
        {
            while (!_stopping && _queue.Count == 0 && _posted.Count == 0 && !MustSettle && UntilDue() is var wait and > 0)
                Sleep(wait, until: 1);
            Gather();
            while (_batch.Count < BatchSize && _queue.TryDequeue(out var next))
                _batch.Add(next);
            while (_posted.TryDequeue(out Action<long>? step))
                _steps.Add(step);
            _isDraining = _batch.Count == BatchSize;
            _unmarked |= _batch.Count > 0 || _steps.Count > 0;
            _urgent = false;
            settle = _settleAsked;
            return !_abandoned && !(_stopping && _batch.Count == 0 && _steps.Count == 0 && (settle == _settleDone || _mailboxes.DsnsInProgress > 0));
        }
    }

    // A message alone is worth neither a wake-up nor a sync: those that follow within a moment go with it. Where they keep coming a longer moment is
    // worth it: many in a row cost less each than few now and then between the work of other threads.
    private void Gather()
    {
        int before = _queue.Count;
        if (!MayGather)
            return;
        Monitor.Wait(_gate, GatherFor);
        if (_queue.Count > before && MayGather)
            Sleep(GatherStreamFor, until: Enough);
    }

    private bool MustSettle => _settleAsked != _settleDone && _mailboxes.DsnsInProgress == 0;

    private bool MayGather => _queue.Count is > 0 and < Enough && !_isDraining && !_urgent && !_stopping && _settleAsked == _settleDone;

    private void Sleep(int milliseconds, int until)
    {
        _awaited = until;
        Monitor.Wait(_gate, milliseconds);
        _awaited = int.MaxValue;
    }

    private int UntilDue()
    {
        long now = Environment.TickCount64;
        long due = _mailboxes.NextRetry;
        if (_mailboxes.Unsynced > 0)
            due = Math.Min(due, _mailboxes.UnsyncedSince + SyncAfter);
        return (int)Math.Clamp(due - now, 0, 60_000);
    }

    private void Wake()
    {
        _awaited = int.MaxValue;
        Monitor.PulseAll(_gate);
    }

    private void Hurry()
    {
        _urgent = true;
        Monitor.PulseAll(_gate);
    }

    // The last sync; whoever still waits hears of it.
    private void Leave()
    {
        Fault fault = _mailboxes.Sync(Environment.TickCount64);
        lock (_gate)
        {
            _thread = null;
            _unmarked = _mailboxes.Unsynced > 0;
            (_settleDone, _settleFault, _tried) = (long.MaxValue, fault, long.MaxValue);
            Monitor.PulseAll(_gate);
        }
    }
}
