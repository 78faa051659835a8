using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// Where one thread sleeps until others wake it: a word of memory and the system's futex on it, for waits of
/// microseconds. A wake costs one system call, or none if the thread does not sleep. A wake that comes before the sleep
/// is not lost. One thread parks; any thread unparks.
/// </summary>
internal sealed unsafe partial class Parker
{
    private const int Empty = 0, Parked = -1, Notified = 1;
    private const int WaitPrivate = 0 | 128;
    private const int WakePrivate = 1 | 128;

    private static readonly nint FutexCall = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 202 : 98;

    // Pinned, so that its address stays.
    private readonly int[] _word = GC.AllocateArray<int>(1, pinned: true);
    private readonly AutoResetEvent? _elsewhere = OperatingSystem.IsLinux() ? null : new AutoResetEvent(false);

    /// <summary>Sleeps until it is woken; false if the time was up.</summary>
    /// <param name="longest">Null: without an end.</param>
    /// <param name="yields">
    /// How often the thread offers its processor before it sleeps: where other threads want it, work gathers meanwhile
    /// without a wake-up; where none does, this is a spin of a microsecond or less each.
    /// </param>
    public bool Park(TimeSpan? longest, int yields = 0)
    {
        if (_elsewhere is { } other)
            return other.WaitOne(longest ?? Timeout.InfiniteTimeSpan);
        for (int i = 0; i < yields && Volatile.Read(ref _word[0]) == Empty; i++)
            Thread.Yield();
        if (Interlocked.CompareExchange(ref _word[0], Parked, Empty) == Empty)
            Sleep(longest);
        return Interlocked.Exchange(ref _word[0], Empty) == Notified;
    }

    public void Unpark()
    {
        if (_elsewhere is { } other)
            other.Set();
        else if (Interlocked.Exchange(ref _word[0], Notified) == Parked)
            fixed (int* word = _word)
                _ = syscall(FutexCall, word, WakePrivate, 1, null, null, 0);
    }

    private void Sleep(TimeSpan? longest)
    {
        // struct timespec: seconds, nanoseconds.
        long* time = stackalloc long[2];
        long began = Stopwatch.GetTimestamp();
        fixed (int* word = _word)
            while (Volatile.Read(ref *word) == Parked)
            {
                if (longest is { } whole)
                {
                    TimeSpan left = whole - Stopwatch.GetElapsedTime(began);
                    if (left <= TimeSpan.Zero)
                        return;
                    time[0] = left.Ticks / TimeSpan.TicksPerSecond;
                    time[1] = left.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick;
                }
                _ = syscall(FutexCall, word, WaitPrivate, Parked, longest is null ? null : time, null, 0);
            }
    }

    // Variadic in C, but taking its arguments in registers as this does, on the processors we run on.
    [LibraryImport("libc")]
    private static partial nint syscall(
        nint number, int* word, nint operation, nint value, long* timeout, void* second, nint third);
}
