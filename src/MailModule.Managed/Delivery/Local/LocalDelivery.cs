using MailModule.Delivery.Queue;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>
/// Brings committed messages from the spool into the mailboxes, on a thread of its own. Deliveries gather for a moment,
/// and one sync makes many of them durable. What cannot be delivered for now waits and is tried again; nothing is lost
/// meanwhile, since the spool holds it.
/// <para>
/// Where the processors are busy receiving, delivery trails: its thread is nicer than others. What so gathers in memory
/// is bounded: beyond <see cref="QueueLimit"/>, or <see cref="OctetLimit"/> of envelopes, it wants no more from the
/// spool until it has got on; the spool waits for that, which gives delivery the processor.
/// </para>
/// <para>
/// Messages for lists, and for users with a forward file, go through a local action on a worker first, so that nothing
/// here waits for them.
/// </para>
/// </summary>
internal sealed class LocalDelivery : ISpoolConsumer, IDisposable
{
    private const int QueueLimit = 20_000;
    private const long OctetLimit = 64 * 1024 * 1024;

    /// <summary>What the thread gets at a stop when local actions have used up the time.</summary>
    private const int LeastForEnd = 500;

    private readonly object _lock = new();
    private readonly ISpool _spool;
    private readonly DeliveryQueue _queue;
    private readonly DeliveryProgress _progress = new();
    private readonly MailboxDelivery _mailboxes;
    private readonly LocalDeliveryThread _thread;
    private readonly LocalActionQueue? _actions;
    private readonly WaitingMail _waiting;
    private readonly Action<ISpoolEntry> _taken;

    public LocalDelivery(LocalDeliveryDependencies dependencies)
    {
        _spool = dependencies.Spool;
        _queue = new DeliveryQueue(_lock);
        _mailboxes = new MailboxDelivery(dependencies, BeginAction, Post);
        _thread = new LocalDeliveryThread(_lock, _queue, _progress, _mailboxes, dependencies.Log);
        _waiting = new WaitingMail(dependencies, this, _mailboxes, Post);
        _taken = dependencies.Taken;
        if (dependencies.Rules is { } rules)
            _actions = new LocalActionQueue(
                dependencies.Workers!, rules.Run, EndAction, dependencies.Log, dependencies.Time);
    }

    /// <summary>What was accepted and waits.</summary>
    public IWaitingMail Waiting => _waiting;

    /// <summary>Starts the thread, which begins with what the spool has handed over before.</summary>
    public bool Start() => _thread.Start();

    /// <inheritdoc/>
    public bool Take(ISpoolEntry entry, bool isNew, Action resume)
    {
        _taken(entry);
        lock (_lock)
        {
            _queue.Add(entry, mayBeDuplicate: !isNew);
            _progress.AddEnqueued(1);
            bool isMuch = _queue.Count + _progress.Unsynced + _mailboxes.DsnsInProgress > QueueLimit
                || _queue.Octets > OctetLimit;
            // A thread that does not run (yet) would leave the spool waiting for nothing.
            bool isBehind = isMuch && _thread is { IsRunning: true, IsStopping: false };
            if (isBehind)
                _queue.Resume = resume;
            return !isBehind;
        }
    }

    /// <summary>
    /// Returns when every entry enqueued before has been tried, or the time is up (then false). So a log-in sees the
    /// mail that was confirmed before it. Blocks: workers only.
    /// </summary>
    /// <param name="home">A user's home: waits for the local actions on that user's messages too.</param>
    public bool CatchUp(TimeSpan timeout, string? home = null)
        => CatchUp(timeout, home, static (progress, home) => progress.HasActions(home));

    /// <summary>
    /// As <see cref="CatchUp(TimeSpan, string?)"/>, and what was taken over from the old module's queue is noted there,
    /// or waits for that.
    /// </summary>
    public bool CatchUpNotes(TimeSpan timeout)
        => CatchUp(timeout, null, static (progress, _) => progress.HasActions(ImportedMail.IsOne));

    private bool CatchUp(TimeSpan timeout, string? home, Func<DeliveryProgress, string?, bool> hasActions)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_lock)
        {
            long wanted = _progress.Enqueued;
            if (!_progress.HasTried(wanted))
                _queue.SetUrgent();
            while ((!_progress.HasTried(wanted) || hasActions(_progress, home)) && _thread.IsRunning)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                    return false;
                Monitor.Wait(_lock, (int)left);
            }
            return true;
        }
    }

    /// <summary>
    /// Returns when everything delivered so far is synced, marked done, and the marks are durable, so that a deletion
    /// that follows stays one. Blocks: workers only. On a failure the deletion must not happen.
    /// </summary>
    /// <param name="home">The mailbox: what waits in it until its sender has been told counts too.</param>
    public Fault MakeDurable(string? home = null)
    {
        long newest = _mailboxes.Untold.Last;
        bool waits = home is not null && _mailboxes.Untold.HasAny(home, newest);
        Fault fault = SyncMailboxes();
        // What was written meanwhile may be told by now, and not marked yet.
        if (fault == Fault.None && home is not null && (waits || _mailboxes.Untold.Last != newest))
            fault = SyncUntold(home);
        return fault == Fault.None ? _spool.Flush() : fault;
    }

    /// <summary>
    /// Delivers what is queued, syncs, marks, flushes, and ends the thread. What is left stays in the spool.
    /// </summary>
    /// <returns><see cref="Fault.Timeout"/>: something runs on; else what the flush of the marks came to.</returns>
    public Fault Stop(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        _waiting.Close();
        bool ended = _actions?.Stop(timeout / 2) ?? true;
        if (_thread.BeginStop() is not { } thread)
            return ended ? Fault.None : Fault.Timeout;
        ended &= thread.Join((int)Math.Max(LeastForEnd, deadline - Environment.TickCount64));
        _thread.Abandon();
        return ended ? _spool.Flush() : Fault.Timeout;
    }

    /// <summary>After <see cref="Stop"/>: returns when the thread has ended, however long the disk takes.</summary>
    public void Join() => _thread.Join();

    public void Dispose() => Stop(TimeSpan.Zero);

    private void BeginAction(LocalAction action)
    {
        lock (_lock)
            _progress.BeginAction(action);
        _actions!.Enqueue(action);
    }

    private void EndAction(LocalAction action, LocalActionResult result) => Post(now =>
    {
        _mailboxes.CompleteAction(action, result, now);
        lock (_lock)
            _progress.EndAction(action);
    });

    private void Post(Action<long> step)
    {
        lock (_lock)
            _queue.Add(step);
    }

    // Behind a sync: what was in the mailbox when that was asked for is known to wait by now.
    private Fault SyncUntold(string home)
    {
        long last = _mailboxes.Untold.Last;
        lock (_lock)
            while (_mailboxes.Untold.HasAny(home, last))
            {
                if (!_thread.IsRunning)
                    return Fault.State;
                Monitor.Wait(_lock);
            }
        return SyncMailboxes();
    }

    private Fault SyncMailboxes()
    {
        lock (_lock)
        {
            if (!_progress.HasUnmarked)
                return Fault.None;
            if (!_thread.IsRunning)
                return Fault.State;
            long sync = _progress.AskForSync();
            _queue.SetUrgent();
            while (!_progress.IsSynced(sync))
                Monitor.Wait(_lock);
            return _progress.SyncFault;
        }
    }
}
