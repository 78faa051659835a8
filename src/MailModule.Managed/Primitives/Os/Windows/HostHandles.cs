using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>Handles that somebody else has opened (fileapi.h, handleapi.h, namedpipeapi.h).</summary>
internal static unsafe partial class HostHandles
{
    public const int KindDisk = 1; // FILE_TYPE_DISK
    public const int KindPipe = 3; // FILE_TYPE_PIPE: pipes and sockets

    private const uint GenericRead = 0x80000000;
    private const uint ShareAll = 7;
    private const uint SameAccess = 2; // DUPLICATE_SAME_ACCESS
    private const uint FromCurrent = 1; // FILE_CURRENT

    /// <summary>0: there is no such handle, or it is of no known kind.</summary>
    public static int KindOf(nint handle) => GetFileType(handle);

    public static bool IsPipe(nint handle) => GetNamedPipeInfo(handle, null, null, null, null) != 0;

    /// <summary>
    /// A handle of our own for the same file, with an offset of its own; -1 where the file is not shared.
    /// </summary>
    public static nint Reopen(nint handle) => ReOpenFile(handle, GenericRead, ShareAll, 0);

    /// <summary>A handle of our own for the same open file, which no child inherits; a Win32 error.</summary>
    public static int Duplicate(nint handle, out nint own)
    {
        own = 0;
        nint us = GetCurrentProcess();
        fixed (nint* place = &own)
            return DuplicateHandle(us, handle, us, place, 0, 0, SameAccess) != 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>A Win32 error.</summary>
    public static int FindOffset(nint handle, out long offset)
    {
        fixed (long* place = &offset)
            return SetFilePointerEx(handle, 0, place, FromCurrent) != 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Octets that a pipe holds; a Win32 error, such as that it has no writer any more.</summary>
    public static int CountOctets(nint pipe, out uint count)
    {
        fixed (uint* place = &count)
            return PeekNamedPipe(pipe, null, 0, null, place, null) != 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    [LibraryImport("kernel32")]
    private static partial int GetFileType(nint handle);

    [LibraryImport("kernel32")]
    private static partial int GetNamedPipeInfo(nint handle, uint* flags, uint* output, uint* input, uint* most);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial nint ReOpenFile(nint handle, uint access, uint share, uint flags);

    [LibraryImport("kernel32")]
    private static partial nint GetCurrentProcess();

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int DuplicateHandle(
        nint fromProcess, nint handle, nint toProcess, nint* own, uint access, int inherit, uint options);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int SetFilePointerEx(nint handle, long distance, long* offset, uint from);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int PeekNamedPipe(
        nint pipe, byte* buffer, uint size, uint* read, uint* available, uint* left);
}
