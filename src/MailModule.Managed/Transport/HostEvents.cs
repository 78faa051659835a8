using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// Tells the host of what happens: in order, one at a time, on a worker, so that a slow listener holds up nothing. How
/// many wait for it is bounded; beyond that bound events are lost, which a gap in their numbers shows. Any thread.
/// </summary>
/// <param name="call">What the listener's calls count as.</param>
/// <param name="area">Of the log.</param>
internal sealed class HostEvents<T>(HostCalls calls, HostCall call, Log log, string area, int limit)
    where T : class
{
    [ThreadStatic]
    private static HostEvents<T>? t_calling;

    private readonly object _lock = new();
    private readonly Queue<T> _waiting = new();
    private Action<T>? _listener;
    private Action<T>? _called;
    private long _sequence;
    private bool _isRunning;

    /// <summary>
    /// When this returns the old listener is not called any more, unless it is the old listener that calls this. What
    /// waits for the old one is not told to the new one. Null: nobody hears.
    /// </summary>
    public void SetListener(Action<T>? listener)
    {
        lock (_lock)
        {
            Action<T>? old = _listener;
            _listener = listener;
            _waiting.Clear();
            while (old is not null && ReferenceEquals(_called, old) && t_calling != this)
                Monitor.Wait(_lock);
        }
    }

    /// <summary>Runs nothing of the host's itself.</summary>
    /// <param name="workers">Those of the engine's run, which call the listener.</param>
    /// <param name="made">Makes the event, given its number, if somebody hears.</param>
    public void Post<TState>(Workers workers, TState state, Func<long, TState, T> made)
    {
        lock (_lock)
        {
            long sequence = ++_sequence; // counts also while nobody hears
            if (_listener is null || _waiting.Count >= limit)
                return;
            _waiting.Enqueue(made(sequence, state));
            if (_isRunning)
                return;
            _isRunning = true;
        }
        workers.Run(new Calling(this));
    }

    /// <summary>For the end of an engine's run: waits until all that was posted has been heard; what has not when the
    /// time is up is lost, which the next event's number shows.</summary>
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

    private void CallAll()
    {
        t_calling = this;
        while (TryDequeue(out T one, out Action<T> listener))
            Call(one, listener);
        t_calling = null;
    }

    // A listener should not throw; if it does, the next event must still reach it.
    private void Call(T one, Action<T> listener)
    {
        try
        {
            using (calls.Enter(call))
                listener(one);
        }
        catch (Exception e)
        {
            log.Write(LogLevel.Error, area, $"the listener failed: {e}");
        }
    }

    private bool TryDequeue(out T one, out Action<T> listener)
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

    private sealed class Calling(HostEvents<T> events) : IJob
    {
        public void Run() => events.CallAll();
    }
}
