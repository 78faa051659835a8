using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// Sending and receiving by the system's own calls, for a thread that waits for its socket: one call each, and no
/// SIGPIPE, whatever the host has made of that signal.
/// </summary>
internal static unsafe partial class SocketCalls
{
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int GetFlags = 3, SetFlags = 4; // F_GETFL, F_SETFL
    private const int NonBlocking = 0x800; // O_NONBLOCK
    private const int SocketLevel = 1, ReceiveTimeout = 20, SendTimeout = 21; // SOL_SOCKET, SO_RCVTIMEO, SO_SNDTIMEO

    /// <summary>
    /// A call on a blocking socket waits by itself, within the limit that was set, and another thread's shutdown ends
    /// it. False: only <see cref="InterruptibleWait"/> can be interrupted, and sockets do not block.
    /// </summary>
    public static bool WaitByThemselves => OperatingSystem.IsLinux();

    /// <summary>Octets that have come, 0 at the end; below 0 for an error.</summary>
    public static int Receive(Socket socket, Span<byte> target, out int error)
    {
        if (!OperatingSystem.IsLinux())
            return Result(socket.Receive(target, SocketFlags.None, out SocketError failure), failure, out error);
        fixed (byte* start = target)
            return Result(recv((int)socket.SafeHandle.DangerousGetHandle(), start, (nuint)target.Length, 0), out error);
    }

    /// <summary>Octets that were taken; below 0 for an error.</summary>
    public static int Send(Socket socket, ReadOnlySpan<byte> octets, out int error)
    {
        if (!OperatingSystem.IsLinux())
            return Result(socket.Send(octets, SocketFlags.None, out SocketError failure), failure, out error);
        nint descriptor = socket.SafeHandle.DangerousGetHandle();
        fixed (byte* start = octets)
            return Result(send((int)descriptor, start, (nuint)octets.Length, NoSignal), out error);
    }

    /// <summary>The call would have had to wait, or has waited in vain for as long as it may.</summary>
    public static bool IsAgain(int error)
        => error == (OperatingSystem.IsLinux() ? Errno.Again : (int)SocketError.WouldBlock);

    /// <summary>A signal of the host's has ended the call.</summary>
    public static bool IsInterrupted(int error) => OperatingSystem.IsLinux() && error == Errno.Interrupted;

    /// <summary>The system's words for an error of these calls.</summary>
    public static string WordsOf(int error) => OperatingSystem.IsLinux()
        ? Marshal.GetPInvokeErrorMessage(error)
        : ExceptionWords.OfSocket((SocketError)error);

    /// <summary>The system's number for an error that the platform has put into its own.</summary>
    public static int NumberOf(SocketError error) => new SocketException((int)error).NativeErrorCode;

    /// <summary>The same as these calls would tell it.</summary>
    public static int ErrorOf(SocketError error) => OperatingSystem.IsLinux() ? NumberOf(error) : (int)error;

    /// <summary>Only where calls <see cref="WaitByThemselves"/>.</summary>
    public static void SetBlocking(Socket socket, bool isBlocking)
    {
        int descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        int flags = fcntl(descriptor, GetFlags, 0);
        _ = fcntl(descriptor, SetFlags, isBlocking ? flags & ~NonBlocking : flags | NonBlocking);
    }

    /// <summary>How long a call on a blocking socket waits.</summary>
    public static void SetReceiveLimit(Socket socket, TimeSpan limit) => SetLimit(socket, ReceiveTimeout, limit);

    /// <inheritdoc cref="SetReceiveLimit"/>
    public static void SetSendLimit(Socket socket, TimeSpan limit) => SetLimit(socket, SendTimeout, limit);

    // struct timeval; to the system zero means that there is no limit.
    private static void SetLimit(Socket socket, int option, TimeSpan limit)
    {
        long microseconds = limit == Timeout.InfiniteTimeSpan ? 0 : Math.Max(1, (long)limit.TotalMicroseconds);
        long* time = stackalloc long[] { microseconds / 1_000_000, microseconds % 1_000_000 };
        _ = setsockopt((int)socket.SafeHandle.DangerousGetHandle(), SocketLevel, option, time, 2 * sizeof(long));
    }

    private static int Result(nint value, out int error)
    {
        error = value < 0 ? Marshal.GetLastPInvokeError() : 0;
        return (int)value;
    }

    private static int Result(int count, SocketError failure, out int error)
    {
        error = (int)failure;
        return failure == SocketError.Success ? count : -1;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int descriptor, byte* octets, nuint length, int flags);

    [LibraryImport("libc")]
    private static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc")]
    private static partial int setsockopt(int descriptor, int level, int option, void* value, int size);
}
