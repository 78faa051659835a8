using System.Diagnostics;

namespace MailModule.Primitives.Os;

/// <summary>What has ended a wait; none of these: the time is up.</summary>
[Flags]
internal enum WokenBy
{
    Time = 0,
    /// <summary>A read would not wait: octets, an end or an error.</summary>
    Input = 1,
    /// <summary>A write would not wait: room, or an error.</summary>
    Room = 2,
    Interrupt = 4,
}

/// <summary>
/// A thread's wait for a socket that any other thread can end. An interruption lasts: every wait ends at once from then
/// on, until <see cref="Reset"/>. One thread at a time, but for <see cref="Interrupt"/>.
/// </summary>
internal abstract class InterruptibleWait : IDisposable
{
    /// <summary>Null: the system has no descriptor left.</summary>
    public static InterruptibleWait? TryCreate()
        => OperatingSystem.IsWindows() ? WindowsWait.TryOpen() : PollWait.TryOpen();

    /// <param name="descriptor">Of a socket; -1: there is none, and the interruption or the time is waited for.</param>
    /// <param name="wanted">Input, room or both.</param>
    /// <param name="atMost">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    public WokenBy Wait(nint descriptor, WokenBy wanted, TimeSpan atMost)
    {
        if (atMost == Timeout.InfiniteTimeSpan)
            return WaitInPeriods(descriptor, wanted);
        long begun = Stopwatch.GetTimestamp();
        for (TimeSpan left = atMost; ; left = atMost - Stopwatch.GetElapsedTime(begun))
        {
            int milliseconds = (int)Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, LongestPeriod);
            WokenBy woken = WaitOnce(descriptor, wanted, milliseconds, out bool isBroken);
            if (woken != WokenBy.Time || (left.TotalMilliseconds <= milliseconds && !isBroken))
                return woken;
        }
    }

    /// <summary>Any thread.</summary>
    public abstract void Interrupt();

    /// <summary>Waits wait again.</summary>
    public abstract void Reset();

    /// <summary>When nobody calls <see cref="Interrupt"/> any more.</summary>
    public abstract void Dispose();

    /// <param name="isBroken">A signal of the host's has ended the wait before its time.</param>
    protected abstract WokenBy WaitOnce(nint descriptor, WokenBy wanted, int milliseconds, out bool isBroken);

    private const int LongestPeriod = 1_000_000_000;

    private WokenBy WaitInPeriods(nint descriptor, WokenBy wanted)
    {
        WokenBy woken;
        do
            woken = WaitOnce(descriptor, wanted, LongestPeriod, out _);
        while (woken == WokenBy.Time);
        return woken;
    }
}
