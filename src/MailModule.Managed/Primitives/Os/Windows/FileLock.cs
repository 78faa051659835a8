using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>Locked octets of an open file. Each call gives a Win32 error.</summary>
internal static unsafe partial class FileLock
{
    private const uint FailImmediately = 1, Exclusive = 2;

    /// <summary>OVERLAPPED, of which these calls read the offset.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Place
    {
        public nuint Internal, InternalHigh;
        public ulong Offset;
        public nint Event;
    }

    /// <summary>Locks one octet for this handle alone, at once or not at all.</summary>
    public static int Take(nint handle, ulong offset)
    {
        var place = new Place { Offset = offset };
        return LockFileEx(handle, FailImmediately | Exclusive, 0, 1, 0, &place) != 0
            ? Win32Error.Success
            : Win32Error.Last;
    }

    public static int GiveBack(nint handle, ulong offset)
    {
        var place = new Place { Offset = offset };
        return UnlockFileEx(handle, 0, 1, 0, &place) != 0 ? Win32Error.Success : Win32Error.Last;
    }

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int LockFileEx(
        nint handle, uint flags, uint reserved, uint lengthLow, uint lengthHigh, Place* place);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int UnlockFileEx(
        nint handle, uint reserved, uint lengthLow, uint lengthHigh, Place* place);
}
