using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport.Proxies;

namespace MailModule.Transport.Dialing;

/// <summary>One attempt to connect; see <see cref="Dialer.Connect"/>.</summary>
/// <remarks>
/// The thread that ends the attempt first (<see cref="TryEnd"/>) tells its owner. Until there is a connection the
/// attempt releases socket and admission itself; from then on the connection does when it closes. Making the connection
/// and ending the attempt exclude each other by the lock.
/// </remarks>
internal sealed class Dial
{
    private readonly DialOptions _options;
    private readonly ConnectionSet _set;
    private readonly Func<Connection, ISession> _createSession;
    private readonly Action<Fault, string> _failed;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private Socket? _socket;
    private Connecting? _connecting;
    private Connection? _connection;
    private bool _hasEnded;

    internal Dial(DialOptions options, ConnectionSet set, Func<Connection, ISession> createSession,
        Action<Fault, string> failed)
    {
        _options = options;
        _set = set;
        _createSession = createSession;
        _failed = failed;
        _timer = TimerThread.Shared.CreateTimer(
            static dial => ((Dial)dial!).Fail(Fault.Timeout, "no answer in time"), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>The endpoint that the socket connects to.</summary>
    private IPEndPoint FirstHop
        => _options.Proxy is { } proxy ? new IPEndPoint(proxy.Address!, proxy.Port) : _options.Target;

    /// <summary>Ends the attempt if it is still under way; any thread.</summary>
    public void Cancel() => Fail(Fault.Cancelled, "cancelled");

    internal void Start()
    {
        if (!_set.TryAdmit(FirstHop.Address))
        {
            if (TryEnd(out _))
                _failed(Fault.Full, "too many connections, or stopping");
            return;
        }
        try
        {
            _socket = new Socket(FirstHop.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (_options.From is { } from)
                _socket.Bind(new IPEndPoint(from, 0));
            _timer.Change(_options.Timeout, Timeout.InfiniteTimeSpan);
            _connecting = new Connecting(_socket, _set.ArrivalsPoller, OnConnected);
            _connecting.Begin(FirstHop);
        }
        catch (SocketException e)
        {
            Fail(FaultOf(e.SocketErrorCode), ExceptionWords.Of(e));
        }
        catch (ObjectDisposedException)
        {
            // cancelled in this moment
        }
    }

    private static Fault FaultOf(SocketError error)
        => error == SocketError.TooManyOpenSockets ? Fault.Full : Fault.Connect;

    /// <summary>True for one caller alone.</summary>
    /// <param name="connection">What there was to connect through a proxy; null if there was none yet.</param>
    private bool TryEnd(out Connection? connection)
    {
        lock (_lock)
        {
            connection = _connection;
            if (_hasEnded)
                return false;
            _hasEnded = true;
        }
        _timer.Dispose();
        return true;
    }

    private void Fail(Fault fault, string text)
    {
        if (!TryEnd(out Connection? connection))
            return;
        if (connection is not null)
            connection.Abort();
        else
            ReleaseSocket();
        _failed(fault, _options.Proxy is { } proxy ? $"proxy {proxy}: {text}" : text);
    }

    private void ReleaseSocket()
    {
        _connecting?.Dispose();
        _socket?.Dispose();
        _set.Release(FirstHop.Address);
    }

    private void OnConnected(SocketError error)
    {
        Signals.BlockPipe();
        // A peer that resets at once was there, and may have said why.
        bool isConnected = error == SocketError.Success
            || (error == SocketError.ConnectionReset && _options.Proxy is null && !_options.IsTlsFirst);
        if (!isConnected)
            Fail(FaultOf(error), ExceptionWords.OfSocket(error));
        else if (_options.Proxy is { } proxy)
            BeginTunnel(proxy);
        else if (TryEnd(out _))
            BeginDirect();
    }

    private void BeginDirect()
    {
        Connection connection;
        try
        {
            connection = NewConnection(_options.Target);
        }
        catch (SocketException e)
        {
            ReleaseSocket();
            _failed(Fault.Connect, ExceptionWords.Of(e));
            return;
        }
        Begin(connection, _createSession(connection), _options.IsTlsFirst);
    }

    private void BeginTunnel(ProxyAddress proxy)
    {
        if (!TryMakeConnection(_options.TargetName is null ? _options.Target : null, out Connection? connection))
            return;
        var target = new ProxyTarget(_options.TargetName, _options.Target);
        IProxyHandshake handshake = proxy.CreateHandshake(target);
        var tunnel = new ProxyTunnel(
            handshake, connection, _options.IsTlsFirst, () => TryEnd(out _) ? _createSession(connection) : null, Fail);
        Begin(connection, tunnel, isTlsFirst: false);
    }

    private void Begin(Connection connection, ISession session, bool isTlsFirst)
    {
        _set.Add(connection);
        connection.Start(session, isTlsFirst);
    }

    /// <summary>False: the attempt has ended, or ends here because the peer is gone already.</summary>
    private bool TryMakeConnection(IPEndPoint? peer, [NotNullWhen(true)] out Connection? connection)
    {
        string trouble;
        lock (_lock)
        {
            connection = null;
            if (_hasEnded)
                return false;
            try
            {
                connection = _connection = NewConnection(peer);
                return true;
            }
            catch (SocketException e)
            {
                trouble = ExceptionWords.Of(e);
            }
        }
        Fail(Fault.Connect, trouble);
        return false;
    }

    private Connection NewConnection(IPEndPoint? peer)
        => new(_socket!, _set, FirstHop) { TlsSettings = _options.Tls, PeerEndPoint = peer };
}
