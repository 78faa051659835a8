using System.Runtime.InteropServices;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>What the system has of a TCP socket's output.</summary>
internal static unsafe partial class SocketQueue
{
    private const nuint OutputQueue = 0x5411; // SIOCOUTQ

    /// <summary>Octets that the other side's system has not acknowledged; 0 where that cannot be told.</summary>
    public static long Unacknowledged(int descriptor)
    {
        int octets = 0;
        return OperatingSystem.IsLinux() && ioctl(descriptor, OutputQueue, &octets) == 0 ? octets : 0;
    }

    /// <summary>
    /// Before a socket is closed whose peer takes nothing: the system lets go of the octets that it was given. Closing
    /// does that too; but wine's server ends itself when a socket goes with a call that waits for room.
    /// </summary>
    public static void Cancel(nint descriptor)
    {
        if (OperatingSystem.IsWindows())
            PendingCalls.Cancel(descriptor);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int fd, nuint request, int* value);
}
