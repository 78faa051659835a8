using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// Descriptors that a host has opened; on Windows its handles. Results are as in <see cref="FileCalls"/>.
/// </summary>
internal static unsafe partial class Descriptors
{
    private const short ToRead = 1;

    private const int DuplicateCloseOnExec = 1030;
    private const int SeekCurrent = 1;

    /// <summary>A descriptor of our own for the same open file; it is not inherited by programs that are run.</summary>
    public static int Duplicate(int descriptor) => OperatingSystem.IsWindows()
        ? WindowsDescriptors.Duplicate(descriptor)
        : Result(fcntl(descriptor, DuplicateCloseOnExec, 3));

    /// <summary>Where the next read begins; below 0 for what has no places (a pipe, a socket).</summary>
    public static long OffsetOf(int descriptor)
    {
        if (OperatingSystem.IsWindows())
            return WindowsDescriptors.OffsetOf(descriptor);
        return lseek(descriptor, 0, SeekCurrent) is >= 0 and var offset ? offset : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Waits until a read would not wait: 1, or 0 when the time is up.</summary>
    public static int WaitForInput(int descriptor, int milliseconds)
    {
        if (OperatingSystem.IsWindows())
            return WindowsDescriptors.WaitForInput(descriptor, milliseconds);
        // struct pollfd: the descriptor, what is asked, what is so.
        int* wait = stackalloc int[] { descriptor, ToRead };
        return Result(poll(wait, 1, milliseconds));
    }

    /// <summary>The next octets; 0 at the end.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
        => OperatingSystem.IsWindows()
            ? WindowsDescriptors.Read(descriptor, buffer)
            : FileCalls.Real.Read(descriptor, buffer);

    /// <summary>Octets at an offset, of a file; fewer than asked for only at its end.</summary>
    public static int ReadAt(int descriptor, Span<byte> buffer, long offset, out int count)
        => OperatingSystem.IsWindows()
            ? WindowsDescriptors.ReadAt(descriptor, buffer, offset, out count)
            : DiskCalls.ReadAt(descriptor, buffer, offset, out count);

    private static int Result(int value) => value < 0 ? -Marshal.GetLastPInvokeError() : value;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(int fd, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(int* descriptors, nuint count, int milliseconds);
}
