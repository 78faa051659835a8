using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>Handles that a host has opened: what they are, copies of them, and whether a read would wait.</summary>
internal static unsafe partial class HandleCalls
{
    /// <summary>Of <see cref="TypeOf"/>: nothing that is open; a file; a pipe or a socket.</summary>
    public const uint Unknown = 0, OnDisk = 1, PipeOrSocket = 3;

    private const uint SameAccess = 2;
    private const short ToRead = 0x300;

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public nint Socket;
        public short Asked, Found;
    }

    public static uint TypeOf(nint handle) => GetFileType(handle);

    /// <summary>A pipe, and no socket, which has the same type.</summary>
    public static bool IsPipe(nint handle) => GetNamedPipeInfo(handle, null, null, null, null) != 0;

    public static bool IsConsole(nint handle)
    {
        uint mode;
        return GetConsoleMode(handle, &mode) != 0;
    }

    /// <summary>A second handle of the process for what the first one leads to; 0, with the error for
    /// <see cref="Marshal.GetLastPInvokeError"/>, if there can be none.</summary>
    public static nint Duplicate(nint handle)
    {
        nint own;
        return DuplicateHandle(ThisProcess, handle, ThisProcess, &own, 0, 0, SameAccess) == 0 ? 0 : own;
    }

    /// <summary>Octets that can be read from a pipe at once; below 0: a read would not wait, for there is an end or
    /// an error.</summary>
    public static int WaitingInPipe(nint handle)
    {
        uint waiting;
        return PeekNamedPipe(handle, null, 0, null, &waiting, null) == 0 ? -1 : (int)Math.Min(waiting, int.MaxValue);
    }

    /// <summary>Below 0 for an error; else how many of one have something to read.</summary>
    public static int PollSocket(nint socket, int milliseconds)
    {
        var entry = new PollEntry { Socket = socket, Asked = ToRead };
        return WSAPoll(&entry, 1, milliseconds);
    }

    /// <summary>True when it is signalled, as a console is that has input.</summary>
    public static bool Wait(nint handle, int milliseconds) => WaitForSingleObject(handle, (uint)milliseconds) == 0;

    /// <summary>An event that is not signalled and is reset by hand; 0 for none.</summary>
    public static nint NewEvent() => CreateEventW(null, 1, 0, null);

    private static nint ThisProcess => -1;

    [LibraryImport("kernel32")]
    private static partial uint GetFileType(nint handle);

    [LibraryImport("kernel32")]
    private static partial int GetNamedPipeInfo(nint pipe, uint* flags, uint* toWrite, uint* toRead, uint* instances);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int DuplicateHandle(
        nint process, nint handle, nint targetProcess, nint* target, uint access, int isInherited, uint options);

    [LibraryImport("kernel32")]
    private static partial int PeekNamedPipe(
        nint pipe, void* buffer, uint size, uint* read, uint* waiting, uint* leftOfMessage);

    [LibraryImport("kernel32")]
    private static partial int GetConsoleMode(nint console, uint* mode);

    [LibraryImport("kernel32")]
    private static partial uint WaitForSingleObject(nint handle, uint milliseconds);

    [LibraryImport("kernel32")]
    private static partial nint CreateEventW(void* security, int isManual, int isSet, char* name);

    [LibraryImport("ws2_32")]
    private static partial int WSAPoll(PollEntry* entries, uint count, int milliseconds);
}
