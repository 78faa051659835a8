namespace MailModule.Primitives.Os;

/// <summary>
/// The system's time, with timers that run on one thread of ours (mailmodule-time). Those of the platform take a thread
/// when the first is made and others each time one is due, and where the system gives none the process ends.
/// <para>
/// A callback runs on that thread: it must not block, and what it throws is lost. It may change and end timers, its own
/// too. Any thread.
/// </para>
/// </summary>
internal sealed class TimerThread : TimeProvider
{
    /// <summary>The one of the process.</summary>
    public static readonly TimerThread Shared = new();

    private readonly object _lock = new();
    private readonly PriorityQueue<OwnTimer, long> _waiting = new();
    private long _wakesAt = long.MaxValue;
    private bool _isRunning;

    /// <summary>Starts the thread, if it does not run yet. False: the system gives none; a later call tries again.
    /// </summary>
    public bool TryStart()
    {
        lock (_lock)
            return _isRunning = _isRunning || OwnThread.TryStart("mailmodule-time", Run) is not null;
    }

    /// <inheritdoc/>
    /// <exception cref="OutOfMemoryException">There is no thread, and none is to be had.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (!TryStart())
            throw new OutOfMemoryException("the system gives no thread");
        var timer = new OwnTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Run()
    {
        while (true)
        {
            try
            {
                WaitForNext()?.Fire();
            }
            catch (Exception)
            {
                // The next timer is another's.
            }
        }
    }

    /// <summary>Null: something has changed, or is not due after all.</summary>
    private OwnTimer? WaitForNext()
    {
        lock (_lock)
        {
            long now = Environment.TickCount64;
            if (!_waiting.TryPeek(out OwnTimer? next, out long at) || at > now)
            {
                _wakesAt = next is null ? long.MaxValue : at;
                Monitor.Wait(_lock, next is null ? Timeout.Infinite : (int)Math.Min(at - now, int.MaxValue));
                _wakesAt = long.MinValue;
                return null;
            }
            _waiting.Dequeue();
            return next.IsDue(at, now) ? next : null;
        }
    }

    /// <summary>Under the lock.</summary>
    private void Enqueue(OwnTimer timer, long at)
    {
        _waiting.Enqueue(timer, at);
        if (at < _wakesAt)
            Monitor.Pulse(_lock);
    }

    /// <summary>
    /// A timer has one place in the queue as a rule: one that is put off is found there when it was due before, and
    /// takes its new place then. So the many that never run cost little.
    /// </summary>
    private sealed class OwnTimer(TimerThread thread, TimerCallback callback, object? state) : ITimer
    {
        private const long Never = long.MaxValue;
        private TimerCallback? _callback = callback;
        private object? _state = state;
        private long _dueAt = Never;
        private long _queuedAt = Never;
        private long _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (thread._lock)
            {
                if (_callback is null)
                    return false;
                _period = period > TimeSpan.Zero ? Math.Max(1, (long)period.TotalMilliseconds) : 0;
                _dueAt = dueTime < TimeSpan.Zero ? Never : TimeAfter(dueTime);
                Queue();
            }
            return true;
        }

        public void Dispose()
        {
            lock (thread._lock)
            {
                _callback = null;
                _state = null;
                _dueAt = Never;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>Its place in the queue has come up. Under the lock.</summary>
        public bool IsDue(long at, long now)
        {
            if (at == _queuedAt)
                _queuedAt = Never;
            bool isDue = _dueAt <= now;
            if (isDue)
                _dueAt = _period > 0 ? now + _period : Never;
            Queue();
            return isDue;
        }

        public void Fire()
        {
            TimerCallback? callback;
            object? state;
            lock (thread._lock)
                (callback, state) = (_callback, _state);
            callback?.Invoke(state);
        }

        private static long TimeAfter(TimeSpan time)
            => Environment.TickCount64 + (long)Math.Min(Math.Ceiling(time.TotalMilliseconds), int.MaxValue);

        private void Queue()
        {
            if (_dueAt >= _queuedAt)
                return;
            thread.Enqueue(this, _dueAt);
            _queuedAt = _dueAt;
        }
    }
}
