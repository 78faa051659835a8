using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// Accepts connections on one or more addresses and gives each a session. When descriptors run out it uses one held in
/// reserve to accept and refuse connections, so that peers hear of it and nothing spins.
/// </summary>
internal sealed class Listener : IDisposable
{
    private readonly ListenerOptions _options;
    private readonly ConnectionSet _set;
    private readonly Intake _intake;
    private readonly List<Acceptor> _acceptors = [];
    private readonly SpareDescriptor _spare = new();

    private Listener(ListenerOptions options, ConnectionSet set)
    {
        _options = options;
        _set = set;
        _intake = new Intake(options, set);
    }

    /// <summary>Where it listens, with the ports the system gave for 0.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _acceptors.Select(acceptor => acceptor.EndPoint)];

    /// <summary>Its connections have TLS from the first octet.</summary>
    public bool IsTlsFirst => _options.IsTlsFirst;

    /// <summary>
    /// Binds all addresses and accepts, or none: <see cref="Fault.Bind"/>, <see cref="Fault.Full"/>;
    /// <paramref name="text"/> names the address and the reason.
    /// </summary>
    public static Fault TryStart(ListenerOptions options, ConnectionSet set, out Listener? listener, out string? text)
    {
        SocketEngine.Prepare();
        text = null;
        listener = new Listener(options, set);
        foreach (IPEndPoint endPoint in options.EndPoints)
        {
            Fault fault = listener.TryBind(listener.OnOnePort(endPoint), out text);
            if (fault == Fault.None)
                continue;
            listener.Dispose();
            listener = null;
            return fault;
        }
        if (listener._acceptors.TrueForAll(static acceptor => acceptor.TryStart()))
            return Fault.None;
        listener.Dispose();
        listener = null;
        text = "the system watches no more sockets";
        return Fault.Full;
    }

    /// <summary>
    /// Accepts no more connections; those that are open stay. When it returns the ports are free and no descriptor is
    /// left.
    /// </summary>
    public void Dispose()
    {
        foreach (Acceptor acceptor in _acceptors)
            acceptor.Stop();
        _spare.Dispose();
    }

    internal void OnAccepted(Socket socket) => _intake.Take(socket);

    /// <summary>True: a connection was accepted by means of the spare descriptor, and refused.</summary>
    internal bool RefuseWithSpareDescriptor(Socket listening)
    {
        if (!_spare.TryClose())
            return false;
        try
        {
            listening.Blocking = false;
            _intake.Refuse(listening.Accept(), _options.Refusal);
            _intake.LogRefusal("no file descriptor is left; connections are refused");
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _spare.Reopen();
        }
    }

    /// <summary>
    /// The port that the system chose for the first address serves for all addresses that leave it to the system.
    /// </summary>
    private IPEndPoint OnOnePort(IPEndPoint endPoint)
        => endPoint.Port == 0 && _acceptors.Count > 0
            ? new IPEndPoint(endPoint.Address, _acceptors[0].EndPoint.Port)
            : endPoint;

    private Fault TryBind(IPEndPoint endPoint, out string? text)
    {
        text = null;
        Socket? socket = null;
        try
        {
            socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            SocketPorts.TakeAlone(socket);
            socket.Bind(endPoint);
            socket.Listen(_options.Backlog);
            _acceptors.Add(Acceptor.Create(this, socket, _set.ArrivalsPoller));
            return Fault.None;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            text = $"{endPoint}: {ExceptionWords.Of(e)}";
            return e.SocketErrorCode == SocketError.TooManyOpenSockets ? Fault.Full : Fault.Bind;
        }
    }
}
