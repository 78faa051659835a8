using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// Tells a listener of the host's what happened: events come in order, one at a time, on a worker, so that a slow
/// listener holds up nothing else. How many wait for it is bounded; beyond that bound events are lost, which a gap in
/// their numbers shows. Any thread.
/// </summary>
/// <param name="area">Of the log, for a listener that fails.</param>
internal sealed class EventQueue<TEvent>(string area, Log log) : IJob
{
    private const int Limit = 100_000;

    [ThreadStatic]
    private static EventQueue<TEvent>? t_calling;

    private readonly object _lock = new();
    private readonly Queue<TEvent> _waiting = new();
    private Action<TEvent>? _listener;
    private Action<TEvent>? _called;
    private long _sequence;
    private bool _isRunning;

    public bool IsHeard => Volatile.Read(ref _listener) is not null;

    /// <summary>An event that nobody hears has a number all the same.</summary>
    public void Count() => Interlocked.Increment(ref _sequence);

    /// <summary>Runs nothing of the host's itself.</summary>
    /// <param name="workers">That call the listener.</param>
    /// <param name="make">Makes the event with its number, where somebody hears it. With a lock held.</param>
    public void Post<TSource>(Workers workers, TSource source, Func<TSource, long, TEvent> make)
    {
        lock (_lock)
        {
            long sequence = Interlocked.Increment(ref _sequence);
            if (_listener is null || _waiting.Count >= Limit)
                return;
            _waiting.Enqueue(make(source, sequence));
            if (_isRunning)
                return;
            _isRunning = true;
        }
        workers.Run(this);
    }

    /// <summary>
    /// When this returns no listener that was there before is called any more, unless one of them calls this. What
    /// waits for the old one is not told to the new one. Null: nobody hears.
    /// </summary>
    /// <returns>False: a listener that was there before has not come back in the time.</returns>
    public bool TrySetListener(Action<TEvent>? listener, TimeSpan timeout)
    {
        long began = Environment.TickCount64;
        lock (_lock)
        {
            Volatile.Write(ref _listener, listener);
            _waiting.Clear();
            // It may be older than the one replaced here: one that has named that in its call.
            Action<TEvent>? running = _called;
            while (running is not null && ReferenceEquals(_called, running) && t_calling != this)
            {
                TimeSpan left = timeout < TimeSpan.Zero
                    ? timeout
                    : timeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
                if (timeout >= TimeSpan.Zero && left <= TimeSpan.Zero)
                    return false;
                Monitor.Wait(_lock, left);
            }
            return true;
        }
    }

    /// <summary>
    /// Waits until all that was posted has been heard; what has not when the time is up is lost, which the next event's
    /// number shows.
    /// </summary>
    public void Drain(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_lock)
        {
            while (_isRunning && deadline - Environment.TickCount64 is > 0 and var left)
                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
            _waiting.Clear();
        }
    }

    void IJob.Run()
    {
        t_calling = this;
        while (TryDequeue(out TEvent one, out Action<TEvent> listener))
            Call(one, listener);
        t_calling = null;
    }

    // A listener should not throw; if it does, the next event must still reach it.
    private void Call(TEvent one, Action<TEvent> listener)
    {
        try
        {
            listener(one);
        }
        catch (Exception e)
        {
            log.Write(LogLevel.Error, area, $"the listener failed: {e}");
        }
    }

    private bool TryDequeue(out TEvent one, out Action<TEvent> listener)
    {
        lock (_lock)
        {
            _called = null;
            _isRunning = _waiting.TryDequeue(out one!) && _listener is not null;
            listener = _listener!;
            if (_isRunning)
                _called = listener;
            Monitor.PulseAll(_lock);
            return _isRunning;
        }
    }
}
