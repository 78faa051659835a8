using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MailModule.Tests.Support;

/// <summary>
/// What something costs the processor, on the thread that does it: it costs the same however busy a machine is with
/// other things.
/// </summary>
internal static class ThreadTime
{
    private const int OfThisThread = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Where the system has no such clock for us, the time that passes.</summary>
    public static TimeSpan Of(Action action)
    {
        TimeSpan before = Now();
        action();
        return Now() - before;
    }

    private static TimeSpan Now()
        => OperatingSystem.IsLinux() && clock_gettime(OfThisThread, out Time time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000)
            : Stopwatch.GetElapsedTime(0);

    [DllImport("libc")]
    private static extern int clock_gettime(int clock, out Time time);

    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
