using System.Net;
using System.Net.Sockets;

namespace MailModule.Primitives.Os;

/// <summary>
/// The platform's socket engine, for where there is no epoll (<see cref="Epoll"/>): one thread that waits for all
/// sockets and runs what they wake right there. The platform makes it with the first socket of the process, and as it
/// is made then it stays. Only the runtime sees the variables that say how, not the host's environment. On Windows
/// there is no such engine: the system's own pool of threads runs what a socket wakes, and nothing is set up.
/// </summary>
internal static class SocketEngine
{
    private static readonly Lock s_lock = new();
    private static bool s_isPrepared;

    /// <summary>
    /// Sets the engine up, and where it is needed starts its thread with all signals blocked. Has to come before the
    /// first socket of the process to have its effect; later calls do nothing.
    /// </summary>
    public static void Prepare()
    {
        lock (s_lock)
        {
            if (s_isPrepared)
                return;
            s_isPrepared = true;
            if (OperatingSystem.IsWindows())
                return;
            SetUp(threads: "1");
            if (!OperatingSystem.IsLinux())
                Signals.WithAllBlocked(StartThread);
        }
    }

    /// <summary>
    /// In place of <see cref="Prepare"/>, where all sockets are polled: an engine without a thread. A thread of it
    /// would be asked of the system with the first socket, and where there is none, no socket would ever work.
    /// </summary>
    public static void DoWithout()
    {
        lock (s_lock)
        {
            if (s_isPrepared)
                return;
            s_isPrepared = true;
            SetUp(threads: "0");
            MakeSocket();
        }
    }

    private static void SetUp(string threads)
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", threads);
    }

    private static void MakeSocket()
    {
        try
        {
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp).Dispose();
        }
        catch (SocketException)
        {
            // No descriptor is left; the engine is made all the same.
        }
    }

    /// <summary>
    /// The engine's thread is born by the first operation that has to wait, and inherits the signal mask of this one.
    /// </summary>
    private static void StartThread()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(1);
        using var accept = new SocketAsyncEventArgs();
        using var ended = new ManualResetEvent(false);
        accept.Completed += (_, _) => ended.Set();
        if (!socket.AcceptAsync(accept))
            return;
        socket.Dispose();
        ended.WaitOne();
    }
}
