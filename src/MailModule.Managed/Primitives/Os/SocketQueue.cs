using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>What the system knows of a TCP socket's output.</summary>
internal static unsafe partial class SocketQueue
{
    private const nuint OutputQueue = 0x5411; // SIOCOUTQ

    /// <summary>Octets that the other side's system has not acknowledged; 0 where that cannot be told.</summary>
    public static long Unacknowledged(int descriptor)
    {
        int octets = 0;
        return OperatingSystem.IsLinux() && ioctl(descriptor, OutputQueue, &octets) == 0 ? octets : 0;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int fd, nuint request, int* value);
}
