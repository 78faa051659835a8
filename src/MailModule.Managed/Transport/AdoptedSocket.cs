using System.Net.Sockets;

namespace MailModule.Transport;

/// <summary>A socket that a host has connected, by its descriptor.</summary>
internal static class AdoptedSocket
{
    /// <summary>
    /// Takes it over. False: it is no connected stream socket, and stays the caller's, for what it is we cannot know.
    /// </summary>
    public static bool TryTake(nint descriptor, out Socket? socket)
    {
        socket = IsConnectedStream(descriptor)
            ? new Socket(new SafeSocketHandle(descriptor, ownsHandle: true))
            : null;
        return socket is not null;
    }

    private static bool IsConnectedStream(nint descriptor)
    {
        try
        {
            using var handle = new SafeSocketHandle(descriptor, ownsHandle: false);
            using var socket = new Socket(handle);
            return socket is { SocketType: SocketType.Stream, Connected: true };
        }
        catch (Exception e) when (e is SocketException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
