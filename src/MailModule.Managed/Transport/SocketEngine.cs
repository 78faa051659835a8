using System.Net;
using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// The platform's socket engine: one thread that waits for all sockets and runs what they wake right there.
/// </summary>
internal static class SocketEngine
{
    private static readonly Lock s_lock = new();
    private static bool s_isPrepared;

    /// <summary>
    /// Sets the engine up and starts its thread with all signals blocked. Has to come before the first asynchronous
    /// socket operation of the process to have its effect; later calls do nothing. Only the runtime sees the variables,
    /// not the host's environment.
    /// </summary>
    public static void Prepare()
    {
        lock (s_lock)
        {
            if (s_isPrepared)
                return;
            s_isPrepared = true;
            Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
            Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");
            Signals.WithAllBlocked(StartThread);
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
