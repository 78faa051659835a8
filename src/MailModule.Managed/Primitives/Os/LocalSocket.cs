using System.Runtime.InteropServices;
using System.Text;

namespace MailModule.Primitives.Os;

/// <summary>
/// A stream socket of this machine alone (AF_UNIX), which one thread at a time waits on; <see cref="Shutdown"/> and
/// <see cref="WaitForInput"/> apart, which any thread may call. A negative result is an <see cref="Errno"/> with its
/// sign turned. It never raises SIGPIPE, and its descriptor is not for programs that are executed or for children made
/// by fork.
/// </summary>
internal sealed unsafe partial class LocalSocket : IDisposable
{
    private const int LocalFamily = 1;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int SendTimeout = 21;
    private const int NoSignal = 0x4000;
    private const int Both = 2;
    private const int DoNotWait = 0x40;
    private const short Input = 1;
    private const short Room = 4;
    private const int Backlog = 64;

    private int _descriptor;

    private LocalSocket(int descriptor)
    {
        _descriptor = descriptor;
        UnsharedDescriptors.Add(descriptor);
    }

    /// <summary>The system has sockets whose file says who may connect, and tells whose process that was.</summary>
    public static bool IsPossible => OperatingSystem.IsLinux();

    /// <summary>Listens at a path where nothing is, with mode 0600 from its first moment on.</summary>
    public static int TryListen(string path, out LocalSocket? listening)
    {
        listening = null;
        int result = TryMake(out LocalSocket? made);
        if (result < 0)
            return result;
        // The file gets the mode of the socket, less the umask, which is all threads' and stays as it is.
        result = Result(fchmod(made!._descriptor, OwnerOnly));
        if (result >= 0)
            result = LocalAddress.With(path, made._descriptor, bind);
        if (result >= 0)
            result = Result(listen(made._descriptor, Backlog));
        if (result < 0)
            made.Dispose();
        else
            listening = made;
        return result;
    }

    /// <summary><see cref="Errno.Again"/>: nobody has accepted it in that time.</summary>
    public static int TryConnect(string path, TimeSpan time, out LocalSocket? connected)
    {
        connected = null;
        int result = TryMake(out LocalSocket? made);
        if (result < 0)
            return result;
        long* limit = stackalloc long[2] { (long)time.TotalSeconds, 0 };
        result = Result(setsockopt(made!._descriptor, SocketLevel, SendTimeout, limit, 2 * sizeof(long)));
        if (result >= 0)
            result = LocalAddress.With(path, made._descriptor, connect);
        if (result < 0)
            made.Dispose();
        else
            connected = made;
        return result;
    }

    /// <summary>Waits for a connection; negative as well after <see cref="Shutdown"/>.</summary>
    public int TryAccept(out LocalSocket? accepted)
    {
        int result;
        while ((result = Result(accept4(_descriptor, null, null, CloseOnExec))) == -Errno.Interrupted)
        {
        }
        accepted = result < 0 ? null : new LocalSocket(result);
        return result;
    }

    /// <summary>Whose process the other side is; null where that cannot be told.</summary>
    public uint? PeerUser
    {
        get
        {
            uint* credentials = stackalloc uint[3]; // struct ucred: process, user, group
            int size = 3 * sizeof(uint);
            int result = getsockopt(_descriptor, SocketLevel, PeerCredentials, credentials, &size);
            return result == 0 && size == 3 * sizeof(uint) ? credentials[1] : null;
        }
    }

    /// <summary>False: nothing has come in that time, and the connection is not at its end.</summary>
    public bool WaitForInput(TimeSpan time) => Wait(Input, DeadlineAfter(time)) > 0;

    /// <summary>
    /// Fills the buffer. 0: the end came, before the first octet or behind it; <see cref="Errno.Again"/>: the time is
    /// up.
    /// </summary>
    public int ReceiveAll(Span<byte> buffer, TimeSpan time)
    {
        long deadline = DeadlineAfter(time);
        int got = 0;
        while (got < buffer.Length)
        {
            int ready = Wait(Input, deadline);
            if (ready <= 0)
                return ready < 0 ? ready : -Errno.Again;
            int count;
            fixed (byte* place = buffer[got..])
                count = Result((int)recv(_descriptor, place, (nuint)(buffer.Length - got), DoNotWait));
            if (count == 0)
                return 0;
            if (count < 0 && count != -Errno.Again && count != -Errno.Interrupted)
                return count;
            got += Math.Max(count, 0);
        }
        return got;
    }

    /// <summary>All octets, or the failure; <see cref="Errno.Again"/>: the time is up.</summary>
    public int SendAll(ReadOnlySpan<byte> octets, TimeSpan time)
    {
        long deadline = DeadlineAfter(time);
        while (!octets.IsEmpty)
        {
            int ready = Wait(Room, deadline);
            if (ready <= 0)
                return ready < 0 ? ready : -Errno.Again;
            int count;
            fixed (byte* place = octets)
                count = Result((int)send(_descriptor, place, (nuint)octets.Length, DoNotWait | NoSignal));
            if (count < 0 && count != -Errno.Again && count != -Errno.Interrupted)
                return count;
            octets = octets[Math.Max(count, 0)..];
        }
        return 0;
    }

    /// <summary>Ends it for both sides: whatever waits on it returns. Any thread, until it is disposed of.</summary>
    public void Shutdown() => _ = shutdown(_descriptor, Both);

    public void Dispose()
    {
        int open = Interlocked.Exchange(ref _descriptor, -1);
        if (open < 0)
            return;
        UnsharedDescriptors.Remove(open);
        _ = close(open);
    }

    private const uint OwnerOnly = 0x180;

    private static int TryMake(out LocalSocket? made)
    {
        made = null;
        if (!IsPossible)
            return -Errno.NotSupported;
        int result = Result(socket(LocalFamily, Stream | CloseOnExec, 0));
        if (result >= 0)
            made = new LocalSocket(result);
        return result;
    }

    private static long DeadlineAfter(TimeSpan time) => Environment.TickCount64 + (long)time.TotalMilliseconds;

    /// <summary>Above 0: ready, or at its end; 0: the time is up.</summary>
    private int Wait(short wanted, long deadline)
    {
        while (true)
        {
            long left = Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);
            var one = new Polled { Descriptor = _descriptor, Wanted = wanted };
            int result = Result(poll(&one, 1, (int)left));
            if (result != -Errno.Interrupted)
                return result;
        }
    }

    private static int Result(int value) => value < 0 ? -Marshal.GetLastPInvokeError() : value;

    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int Descriptor;
        public short Wanted;
        public short There;
    }

    private delegate int AddressCall(int descriptor, byte* address, int size);

    /// <summary>
    /// struct sockaddr_un, which has room for 107 octets of a path. What lies deeper is reached by a descriptor of its
    /// folder: /proc/self/fd/7/control.
    /// </summary>
    private static class LocalAddress
    {
        private const int Header = 2;
        private const int PathLimit = 107;

        public static int With(string path, int descriptor, AddressCall call)
        {
            byte[] octets = Encoding.UTF8.GetBytes(path);
            if (octets.Length <= PathLimit)
                return With(octets, descriptor, call);
            int folder = FileCalls.Real.OpenRead([.. Encoding.UTF8.GetBytes(Path.GetDirectoryName(path)!), 0]);
            if (folder < 0)
                return folder;
            octets = Encoding.UTF8.GetBytes($"/proc/self/fd/{folder}/{Path.GetFileName(path)}");
            int result = octets.Length <= PathLimit ? With(octets, descriptor, call) : -Errno.NameTooLong;
            FileCalls.Real.Close(folder);
            return result;
        }

        private static int With(byte[] path, int descriptor, AddressCall call)
        {
            byte* address = stackalloc byte[Header + PathLimit + 1];
            new Span<byte>(address, Header + PathLimit + 1).Clear();
            *(ushort*)address = LocalFamily;
            path.CopyTo(new Span<byte>(address + Header, PathLimit));
            int result;
            while ((result = Result(call(descriptor, address, Header + path.Length + 1))) == -Errno.Interrupted)
            {
            }
            return result;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(int descriptor, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int descriptor, byte* address, int size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int listen(int descriptor, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int descriptor, byte* address, int size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(int descriptor, byte* address, int* size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(int descriptor, int level, int option, void* value, int* size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int descriptor, int level, int option, void* value, int size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int descriptor, byte* buffer, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int descriptor, byte* octets, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int shutdown(int descriptor, int how);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(Polled* sockets, nuint count, int timeout);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
