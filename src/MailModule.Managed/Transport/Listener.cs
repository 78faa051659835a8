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
    private readonly List<Acceptor> _acceptors = [];
    private readonly SpareDescriptor _spare = new();
    private long _lastRefusalLogged = long.MinValue / 2;

    private Listener(ListenerOptions options, ConnectionSet set)
    {
        _options = options;
        _set = set;
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

    internal void OnAccepted(Socket socket)
    {
        IPAddress? address = AddressOf(socket);
        if (address is not null && _options.WhyBarred(address) is { } barred)
        {
            Refuse(socket, barred);
            return;
        }
        Admission admission = address is null ? Admission.Full : _set.Admit(address);
        if (address is null || admission != Admission.Admitted)
        {
            bool isOfAddress = admission == Admission.TooManyOfAddress;
            Refuse(socket, isOfAddress ? _options.RefusalOfAddress : _options.Refusal);
            LogRefusal(isOfAddress
                ? $"{address} has too many connections; more are refused"
                : "there are too many connections; more are refused");
            return;
        }
        Connection? connection = null;
        try
        {
            connection = new Connection(socket, _set) { TlsSettings = _options.Tls };
            ISession session = _options.CreateSession(connection);
            _set.Add(connection);
            connection.Start(session, _options.IsTlsFirst, _options.Refusal.Span);
        }
        catch (Exception e)
        {
            _set.Log.Write(LogLevel.Error, "transport", $"{address}: the connection could not be served: {e}");
            socket.Dispose();
            _set.Release(address);
        }
    }

    /// <summary>True: a connection was accepted by means of the spare descriptor, and refused.</summary>
    internal bool RefuseWithSpareDescriptor(Socket listening)
    {
        if (!_spare.TryClose())
            return false;
        try
        {
            listening.Blocking = false;
            Refuse(listening.Accept(), _options.Refusal);
            LogRefusal("no file descriptor is left; connections are refused");
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

    private void LogRefusal(string text)
    {
        long now = Environment.TickCount64;
        if (now - _lastRefusalLogged < 10_000)
            return;
        _lastRefusalLogged = now;
        _set.Log.Write(LogLevel.Warning, "transport", text);
    }

    private static IPAddress? AddressOf(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null; // gone already
        }
    }

    private void Refuse(Socket socket, ReadOnlyMemory<byte> refusal)
    {
        try
        {
            socket.Blocking = false;
            if (!_options.IsTlsFirst && !refusal.IsEmpty)
                _ = socket.Send(refusal.Span, SocketFlags.None, out _);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // gone already
        }
        socket.Dispose();
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
