using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>Events that sockets signal, and threads wait for.</summary>
internal static unsafe partial class SocketEvents
{
    /// <summary>Of <see cref="Poll"/>. Failed: whatever is tried answers at once.</summary>
    public const int Nothing = 0, Readable = 1, Writable = 2, Failed = 4;

    private const int ReadChanged = 1, WriteChanged = 2, ConnectChanged = 16, CloseChanged = 32; // FD_…
    private const short ToRead = 0x100, ToWrite = 0x10; // POLLRDNORM, POLLWRNORM
    private const short HungUp = 2; // POLLHUP: the peer has ended its side, and may still take what is sent

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public nint Socket;
        public short Asked, Found;
    }

    /// <summary>
    /// The event is signalled when the socket becomes what is asked for; the socket does not block from then on.
    /// </summary>
    public static void Select(nint socket, nint changed, bool input, bool room) => _ = WSAEventSelect(
        socket, changed, CloseChanged | (input ? ReadChanged : 0) | (room ? WriteChanged | ConnectChanged : 0));

    /// <summary>No event any more.</summary>
    public static void Unselect(nint socket, nint changed) => _ = WSAEventSelect(socket, changed, 0);

    /// <summary>What the socket is now.</summary>
    public static int Poll(nint socket, bool input, bool room)
    {
        var entry = new PollEntry { Socket = socket, Asked = (short)((input ? ToRead : 0) | (room ? ToWrite : 0)) };
        int count = WSAPoll(&entry, 1, 0);
        if (count < 0 || (entry.Found & ~(ToRead | ToWrite | HungUp)) != 0)
            return Failed;
        return (input && (entry.Found & (ToRead | HungUp)) != 0 ? Readable : 0)
            | ((entry.Found & ToWrite) != 0 ? Writable : 0);
    }

    /// <summary>0 or 1: that one is signalled; anything else: neither.</summary>
    public static int WaitForEither(nint first, nint second, int milliseconds)
    {
        nint* both = stackalloc nint[] { first, second };
        return (int)WaitForMultipleObjects(2, both, 0, (uint)milliseconds);
    }

    public static void Set(nint handle) => _ = SetEvent(handle);

    public static void Reset(nint handle) => _ = ResetEvent(handle);

    [LibraryImport("ws2_32")]
    private static partial int WSAEventSelect(nint socket, nint handle, int events);

    [LibraryImport("ws2_32")]
    private static partial int WSAPoll(PollEntry* entries, uint count, int milliseconds);

    [LibraryImport("kernel32")]
    private static partial uint WaitForMultipleObjects(uint count, nint* handles, int all, uint milliseconds);

    [LibraryImport("kernel32")]
    private static partial int SetEvent(nint handle);

    [LibraryImport("kernel32")]
    private static partial int ResetEvent(nint handle);
}
