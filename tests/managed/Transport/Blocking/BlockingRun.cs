using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Tests.Transport.Blocking;

/// <summary>A blocking connection and the peer that it is connected to.</summary>
internal sealed class BlockingRun : IDisposable
{
    public static readonly BlockingTimeouts Patient =
        new() { Connect = Loop.Long, Send = Loop.Long, Receive = Loop.Long };

    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(30);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public BlockingRun(bool isConnected = true)
    {
        _listener.Start();
        if (isConnected)
            Connect();
    }

    /// <summary>Waits that are to end by their time-out.</summary>
    public static BlockingTimeouts Hasty { get; } =
        new() { Connect = s_moment, Send = s_moment, Receive = s_moment };

    public BlockingConnection Connection { get; } = new(Patient);

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>The other end.</summary>
    public Socket Peer { get; private set; } = null!;

    public NetworkStream PeerStream => new(Peer);

    public string Unconsumed => Encoding.ASCII.GetString(Connection.Unconsumed);

    public void Connect()
    {
        Assert.Equal(Fault.None, Connection.Connect([EndPoint]));
        Accept();
    }

    public void Accept()
    {
        Peer = _listener.AcceptSocket();
        Peer.ReceiveTimeout = Peer.SendTimeout = (int)Loop.Long.TotalMilliseconds;
    }

    public TcpListener Listener => _listener;

    public Fault Send(string text) => Connection.Send(Encoding.ASCII.GetBytes(text));

    /// <summary>Receives until so many octets are there.</summary>
    public string Receive(int count)
    {
        while (Connection.Unconsumed.Length < count)
            Assert.Equal(Fault.None, Connection.Receive());
        string text = Encoding.ASCII.GetString(Connection.Unconsumed[..count]);
        Connection.Consume(count);
        return text;
    }

    /// <summary>The handshake, with the server's part in the background; the stream is the server's.</summary>
    public (Fault Fault, SslStream Server, Thread Serving) BeginTls(X509Certificate2 shown, TlsClientSettings settings)
    {
        var server = new SslStream(PeerStream);
        Thread serving = Loop.InBackground(() => Quietly(() => server.AuthenticateAsServer(shown)));
        return (Connection.BeginTls(settings), server, serving);
    }

    public static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidOperationException
            or System.Security.Authentication.AuthenticationException)
        {
        }
    }

    public void Dispose()
    {
        Connection.Dispose();
        Peer?.Dispose();
        _listener.Dispose();
    }
}
