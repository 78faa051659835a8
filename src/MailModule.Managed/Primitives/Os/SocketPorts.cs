using System.Net;
using System.Net.Sockets;

namespace MailModule.Primitives.Os;

/// <summary>What Linux does with ports by itself, and Windows only when it is asked to.</summary>
internal static class SocketPorts
{
    private const int DrawLimit = 16;
    private const int FirstDynamic = 49152; // up to the last: what the system gives away itself

    /// <summary>
    /// Before the socket is bound: no other program may listen on the same address and port. Without this any other
    /// could on Windows, with SO_REUSEADDR, and take connections that are meant for us.
    /// </summary>
    public static void TakeAlone(Socket socket)
    {
        if (OperatingSystem.IsWindows())
            socket.ExclusiveAddressUse = true;
    }

    /// <summary>
    /// Before a datagram socket is used: its port is one that nobody can guess (RFC 5452 §9.2). Windows gives ports in
    /// their order.
    /// </summary>
    public static void DrawAtRandom(Socket socket)
    {
        if (OperatingSystem.IsWindows())
            Draw(socket);
    }

    /// <summary>Where port after port is taken, the system's choice stays.</summary>
    internal static void Draw(Socket socket)
    {
        IPAddress any = socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        for (int i = 0; i < DrawLimit; i++)
            try
            {
                int port = FirstDynamic + RandomOctets.Number16() % (ushort.MaxValue + 1 - FirstDynamic);
                socket.Bind(new IPEndPoint(any, port));
                return;
            }
            catch (SocketException e) when (
                e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Another has it, or the system keeps it for others.
            }
    }
}
