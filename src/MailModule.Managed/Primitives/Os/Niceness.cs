using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>How readily a thread leaves the processor to others.</summary>
internal static partial class Niceness
{
    /// <summary>Makes the calling thread nicer, by so many of the system's steps (1 to 19): where others want the
    /// processor it comes later, and where nobody does it loses nothing. For the thread's whole life, since going back
    /// may need rights. Windows has one such step that suits.</summary>
    public static void Add(int steps)
    {
        // Linux takes "this process" (0, 0) as this thread.
        if (OperatingSystem.IsWindows())
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        else if (OperatingSystem.IsLinux())
            _ = setpriority(0, 0, getpriority(0, 0) + steps);
    }

    [LibraryImport("libc")]
    private static partial int getpriority(int which, int who);

    [LibraryImport("libc")]
    private static partial int setpriority(int which, int who, int value);
}
