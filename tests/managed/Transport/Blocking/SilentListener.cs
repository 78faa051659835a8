using System.Net;
using System.Net.Sockets;

namespace MailModule.Tests.Transport.Blocking;

/// <summary>An address that answers no attempt to connect, for its queue of connections is full.</summary>
internal sealed class SilentListener : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _queued = [];

    public SilentListener()
    {
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen(0);
        while (TryQueue())
        {
        }
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listening.LocalEndPoint!;

    public void Dispose()
    {
        _listening.Dispose();
        foreach (Socket socket in _queued)
            socket.Dispose();
    }

    private bool TryQueue()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        _queued.Add(socket);
        try
        {
            socket.Connect(EndPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
        }
        return socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectWrite);
    }
}
