using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// Which signals the threads of the library take: none but faults of their own. A host's signal must never land on our
/// threads, and a write to a broken connection must not raise SIGPIPE in a host that left it at its default (which ends
/// the process). A fault that is blocked ends the process unheard, where the runtime would have made an exception of
/// it; and the signal by which the runtime halts its threads must come through. Does nothing where there are no POSIX
/// signals.
/// </summary>
internal static unsafe partial class Signals
{
    private const int SetSize = 128;
    private const int Block = 0;
    private const int SetMask = 2;
    private const int Pipe = 13;

    /// <summary>SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, and the runtime's SIGRTMIN.</summary>
    private static ReadOnlySpan<byte> NeverBlocked => [4, 5, 6, 7, 8, 11, 31, 34];

    [ThreadStatic]
    private static bool t_pipeIsBlocked;

    /// <summary>
    /// Blocks every signal that is not a fault on the calling thread for good; for threads of our own.
    /// </summary>
    public static void BlockAll()
    {
        if (!OperatingSystem.IsLinux())
            return;
        byte* all = stackalloc byte[SetSize];
        Fill(all);
        _ = pthread_sigmask(Block, all, null);
        t_pipeIsBlocked = true;
    }

    /// <summary>
    /// Blocks SIGPIPE on the calling thread for good, once; cheap to call before every piece of work on a borrowed
    /// thread.
    /// </summary>
    public static void BlockPipe()
    {
        if (t_pipeIsBlocked)
            return;
        t_pipeIsBlocked = true;
        if (!OperatingSystem.IsLinux())
            return;
        byte* pipe = stackalloc byte[SetSize];
        _ = sigemptyset(pipe);
        _ = sigaddset(pipe, Pipe);
        _ = pthread_sigmask(Block, pipe, null);
    }

    /// <summary>
    /// Runs <paramref name="birth"/> with all signals blocked, so that threads born in it block them from their first
    /// instruction.
    /// </summary>
    public static void WithAllBlocked(Action birth)
    {
        if (!OperatingSystem.IsLinux())
        {
            birth();
            return;
        }
        byte* all = stackalloc byte[SetSize];
        byte* before = stackalloc byte[SetSize];
        Fill(all);
        _ = pthread_sigmask(Block, all, before);
        try
        {
            birth();
        }
        finally
        {
            _ = pthread_sigmask(SetMask, before, null);
        }
    }

    private static void Fill(byte* set)
    {
        _ = sigfillset(set);
        foreach (byte signal in NeverBlocked)
            _ = sigdelset(set, signal);
    }

    [LibraryImport("libc")]
    private static partial int sigfillset(byte* set);

    [LibraryImport("libc")]
    private static partial int sigemptyset(byte* set);

    [LibraryImport("libc")]
    private static partial int sigaddset(byte* set, int signal);

    [LibraryImport("libc")]
    private static partial int sigdelset(byte* set, int signal);

    [LibraryImport("libc")]
    private static partial int pthread_sigmask(int how, byte* set, byte* before);
}
