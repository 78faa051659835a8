namespace MailModule.Tests.Engine.Serving;

/// <summary>A clock with timers, that goes on by hand alone; what is due runs on the thread that turns it.</summary>
internal sealed class TurnedTimers : TimeProvider
{
    private readonly List<OneTimer> _timers = [];
    private long _ticks = TimeSpan.TicksPerHour;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, period);
        var timer = new OneTimer(this, () => callback(state), _ticks + dueTime.Ticks);
        _timers.Add(timer);
        return timer;
    }

    public void Turn(double seconds)
    {
        _ticks += TimeSpan.FromSeconds(seconds).Ticks;
        foreach (OneTimer timer in _timers.Where(one => one.Due <= _ticks).ToList())
            if (_timers.Remove(timer))
                timer.Callback();
    }

    private sealed record OneTimer(TurnedTimers Clock, Action Callback, long Due) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => Clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
