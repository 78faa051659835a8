using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// The file calls that a log needs beside <see cref="FileCalls"/>: reading and writing at an offset, and making data
/// durable without the rest of the inode. Results are as there.
/// </summary>
internal static unsafe partial class DiskCalls
{
    private const int SeekEnd = 2;
    private const int DescriptorLimitResource = 7;

    public static int ReadAt(int descriptor, Span<byte> buffer, long offset, out int count)
    {
        if (OperatingSystem.IsWindows())
            return WindowsDiskCalls.ReadAt(descriptor, buffer, offset, out count);
        count = 0;
        while (count < buffer.Length)
        {
            nint read;
            fixed (byte* p = buffer[count..])
                read = pread(descriptor, p, (nuint)(buffer.Length - count), offset + count);
            if (read == 0)
                break;
            if (read < 0 && Marshal.GetLastPInvokeError() != Errno.Interrupted)
                return Result(-1);
            count += (int)Math.Max(read, 0);
        }
        return 0;
    }

    public static int WriteAt(int descriptor, ReadOnlySpan<byte> octets, long offset)
    {
        if (OperatingSystem.IsWindows())
            return WindowsDiskCalls.WriteAt(descriptor, octets, offset);
        while (!octets.IsEmpty)
        {
            nint written;
            fixed (byte* p = octets)
                written = pwrite(descriptor, p, (nuint)octets.Length, offset);
            if (written == 0)
                return -Errno.Io;
            if (written < 0 && Marshal.GetLastPInvokeError() != Errno.Interrupted)
                return Result(-1);
            octets = octets[(int)Math.Max(written, 0)..];
            offset += Math.Max(written, 0);
        }
        return 0;
    }

    public static int SyncData(int descriptor)
        => OperatingSystem.IsWindows() ? FileCalls.Real.Sync(descriptor) : Result(fdatasync(descriptor));

    public static long Length(int descriptor)
        => OperatingSystem.IsWindows()
            ? WindowsDiskCalls.Length(descriptor)
            : Math.Max(0, lseek(descriptor, 0, SeekEnd));

    public static long FreeSpace(ReadOnlySpan<byte> path)
    {
        if (OperatingSystem.IsWindows())
            return WindowsDiskCalls.FreeSpace(path);
        // struct statvfs: f_bsize, f_frsize, f_blocks, f_bfree, f_bavail, …, each 64 bits on the systems we run on.
        ulong* raw = stackalloc ulong[32];
        fixed (byte* p = path)
            return statvfs(p, raw) < 0 ? 0 : (long)Math.Min(raw[1] * raw[4], long.MaxValue);
    }

    /// <summary>Descriptors that this process may have open.</summary>
    public static int DescriptorLimit()
    {
        // Windows has no such limit for a process; this many cost it nothing.
        if (OperatingSystem.IsWindows())
            return 16_384;
        ulong* raw = stackalloc ulong[2];
        return getrlimit(DescriptorLimitResource, raw) < 0 ? 256 : (int)Math.Min(raw[0], int.MaxValue);
    }

    private static int Result(int value) => value < 0 ? -Marshal.GetLastPInvokeError() : value;

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pread(int fd, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pwrite(int fd, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(int fd, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statvfs(byte* path, ulong* result);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getrlimit(int resource, ulong* result);
}
