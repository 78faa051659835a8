namespace MailModule.Tests.Delivery.Local;

/// <summary>A clock that goes on by hand alone, and whose timers fire on the hand that turns it.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<OneTimer> _timers = [];
    private long _ticks = TimeSpan.TicksPerDay;

    /// <summary>Timers that are set.</summary>
    public int Timers
    {
        get
        {
            lock (_lock)
                return _timers.Count(timer => timer.Due < long.MaxValue);
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new OneTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_lock)
            _timers.Add(timer);
        return timer;
    }

    public void Turn(TimeSpan by)
    {
        long now = Interlocked.Add(ref _ticks, by.Ticks);
        OneTimer[] due;
        lock (_lock)
            due = [.. _timers.Where(timer => timer.Due <= now)];
        foreach (OneTimer timer in due)
            timer.Fire();
    }

    private sealed class OneTimer(SteppedClock clock, Action callback) : ITimer
    {
        private long _due = long.MaxValue;

        public long Due => Interlocked.Read(ref _due);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            long due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock.GetTimestamp() + dueTime.Ticks;
            Interlocked.Exchange(ref _due, due);
            return true;
        }

        public void Fire()
        {
            Interlocked.Exchange(ref _due, long.MaxValue);
            callback();
        }

        public void Dispose()
        {
            lock (clock._lock)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
