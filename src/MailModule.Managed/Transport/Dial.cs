using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>One attempt to connect; see <see cref="Dialer.Connect"/>.</summary>
public sealed class Dial
{
    private readonly DialOptions _options;
    private readonly ConnectionSet _set;
    private readonly Func<Connection, ISession> _createSession;
    private readonly Action<Fault, string> _failed;
    private readonly Timer _timer;
    private Socket? _socket;
    private int _ended;

    internal Dial(DialOptions options, ConnectionSet set, Func<Connection, ISession> createSession, Action<Fault, string> failed)
    {
        _options = options;
        _set = set;
        _createSession = createSession;
        _failed = failed;
        _timer = new Timer(static dial => ((Dial)dial!).Fail(Fault.Timeout, "no answer in time"), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Ends the attempt if it is still under way; any thread.</summary>
    public void Cancel() => Fail(Fault.Cancelled, "cancelled");

    internal void Start()
    {
        if (!_set.TryAdmit(_options.Target.Address))
        {
            if (TryEnd())
                _failed(Fault.Full, "too many connections, or stopping");
            return;
        }
        try
        {
            _socket = new Socket(_options.Target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (_options.From is { } from)
                _socket.Bind(new IPEndPoint(from, 0));
            _timer.Change(_options.Timeout, Timeout.InfiniteTimeSpan);
            var attempt = new Attempt(this) { RemoteEndPoint = _options.Target };
            if (!_socket.ConnectAsync(attempt))
                Conclude(attempt);
        }
        catch (SocketException e)
        {
            Fail(FaultOf(e.SocketErrorCode), e.Message);
        }
        catch (ObjectDisposedException)
        {
            // cancelled in this moment
        }
    }

    private static Fault FaultOf(SocketError error) => error == SocketError.TooManyOpenSockets ? Fault.Full : Fault.Connect;

    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return false;
        _timer.Dispose();
        return true;
    }

    private void Fail(Fault fault, string text)
    {
        if (!TryEnd())
            return;
        _socket?.Dispose();
        _set.Dismiss(_options.Target.Address);
        _failed(fault, text);
    }

    private void Conclude(Attempt attempt)
    {
        Signals.BlockPipe();
        SocketError error = attempt.SocketError;
        attempt.Dispose();
        if (error != SocketError.Success)
        {
            Fail(FaultOf(error), new SocketException((int)error).Message);
            return;
        }
        if (TryEnd())
            Begin();
    }

    private void Begin()
    {
        Connection connection;
        try
        {
            connection = new Connection(_socket!, _set) { ClientTls = _options.Tls };
        }
        catch (SocketException e)
        {
            _socket!.Dispose();
            _set.Dismiss(_options.Target.Address);
            _failed(Fault.Connect, e.Message);
            return;
        }
        ISession session = _createSession(connection);
        _set.Add(connection);
        connection.Start(session, _options.IsTlsFirst);
    }

    private sealed class Attempt(Dial dial) : SocketAsyncEventArgs(true)
    {
        protected override void OnCompleted(SocketAsyncEventArgs e) => dial.Conclude(this);
    }
}
