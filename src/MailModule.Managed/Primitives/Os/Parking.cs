using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// Where one thread sleeps until others wake it: a word of memory and the system's futex on it, for waits of microseconds and wakes that cost one
/// system call. A wake that comes before the sleep is not lost. One thread parks; any thread unparks.
/// </summary>
public sealed unsafe partial class Parking
{
    private const int WaitPrivate = 0 | 128;
    private const int WakePrivate = 1 | 128;

    private static readonly nint FutexCall = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 202 : 98;

    // Pinned, so that its address stays.
    private readonly int[] _woken = GC.AllocateArray<int>(1, pinned: true);
    private readonly AutoResetEvent? _elsewhere = OperatingSystem.IsLinux() ? null : new AutoResetEvent(false);

    /// <summary>Sleeps until it is woken; false if the time was up. It may return true without having been woken.</summary>
    /// <param name="longest">Null: without an end.</param>
    public bool Park(TimeSpan? longest)
    {
        if (_elsewhere is { } other)
            return other.WaitOne(longest ?? Timeout.InfiniteTimeSpan);
        if (Interlocked.Exchange(ref _woken[0], 0) != 0)
            return true;
        long began = Stopwatch.GetTimestamp();
        Wait(longest);
        return Interlocked.Exchange(ref _woken[0], 0) != 0 || longest is null || Stopwatch.GetElapsedTime(began) < longest;
    }

    public void Unpark()
    {
        if (_elsewhere is { } other)
            other.Set();
        else if (Interlocked.Exchange(ref _woken[0], 1) == 0)
            fixed (int* word = _woken)
                _ = syscall(FutexCall, word, WakePrivate, 1, null, null, 0);
    }

    private void Wait(TimeSpan? longest)
    {
        // struct timespec: seconds, nanoseconds.
        long* time = stackalloc long[2];
        if (longest is { } left)
        {
            time[0] = left.Ticks / TimeSpan.TicksPerSecond;
            time[1] = left.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick;
        }
        fixed (int* word = _woken)
            _ = syscall(FutexCall, word, WaitPrivate, 0, longest is null ? null : time, null, 0);
    }

    // Variadic in C, but taking its arguments in registers as this does, on the processors we run on.
    [LibraryImport("libc")]
    private static partial nint syscall(nint number, int* word, nint operation, nint value, long* timeout, void* second, nint third);
}
