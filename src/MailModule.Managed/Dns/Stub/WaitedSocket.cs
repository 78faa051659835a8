using System.Net;
using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Dns.Stub;

/// <summary>
/// A socket to one server and the thread that waits for it: each operation ends when it is done, its time is up or the token is cancelled, whichever comes
/// first. After anything but <see cref="WaitEnd.Done"/> it can only be disposed of. One thread.
/// </summary>
/// <remarks>An operation that was given up is still the system's until the socket is closed; so buffers are never shared, and the platform frees them.</remarks>
internal sealed class WaitedSocket : IDisposable
{
    private readonly Parker _parking = new();
    private readonly Patience _patience;
    private readonly CancellationTokenRegistration _registration;
    private readonly Operation _operation;
    private readonly Socket? _socket;

    public WaitedSocket(IPEndPoint server, SocketType type, Patience patience)
    {
        _patience = patience;
        _operation = new Operation(_parking) { RemoteEndPoint = server };
        _registration = patience.Cancel.UnsafeRegister(static parking => ((Parker)parking!).Unpark(), _parking);
        try
        {
            // A new socket for each query has a new port, which the system draws at random (RFC 5452 §9.2).
            _socket = new Socket(server.AddressFamily, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
            if (type == SocketType.Dgram)
                _socket.Connect(server);
        }
        catch (SocketException e)
        {
            Error = e.SocketErrorCode;
        }
    }

    /// <summary>What went wrong, after <see cref="WaitEnd.Failed"/>.</summary>
    public SocketError Error { get; private set; }

    /// <summary>Streams only; a datagram socket is connected at once.</summary>
    public WaitEnd Connect() => Run(static (socket, operation) => socket.ConnectAsync(operation), default, out _);

    public WaitEnd Send(byte[] octets) => Run(static (socket, operation) => socket.SendAsync(operation), octets, out _);

    /// <summary>What is there, at least one octet of a stream or a datagram; 0 at the end of a stream.</summary>
    public WaitEnd Receive(Memory<byte> buffer, out int count) => Run(static (socket, operation) => socket.ReceiveAsync(operation), buffer, out count);

    public void Dispose()
    {
        _registration.Dispose();
        _socket?.Dispose();
        _operation.Dispose();
    }

    private WaitEnd Run(Func<Socket, SocketAsyncEventArgs, bool> start, Memory<byte> buffer, out int count)
    {
        count = 0;
        if (_socket is null || Error != SocketError.Success)
            return WaitEnd.Failed;
        if (!buffer.IsEmpty)
            _operation.SetBuffer(buffer);
        _operation.IsDone = false;
        try
        {
            if (start(_socket, _operation) && Wait() is var end && end != WaitEnd.Done)
                return end;
        }
        catch (Exception e) when (e is SocketException or OutOfMemoryException)
        {
            Error = (e as SocketException)?.SocketErrorCode ?? SocketError.NoBufferSpaceAvailable;
            return WaitEnd.Failed;
        }
        count = _operation.BytesTransferred;
        Error = _operation.SocketError;
        return Error == SocketError.Success ? WaitEnd.Done : WaitEnd.Failed;
    }

    private WaitEnd Wait()
    {
        while (!_operation.IsDone)
        {
            if (_patience.Cancel.IsCancellationRequested)
                return WaitEnd.Cancelled;
            TimeSpan left = _patience.Left;
            if (left == TimeSpan.Zero)
                return WaitEnd.TimedOut;
            _parking.Park(left);
        }
        return WaitEnd.Done;
    }

    private sealed class Operation(Parker parking) : SocketAsyncEventArgs(true)
    {
        private volatile bool _isDone;

        public bool IsDone
        {
            get => _isDone;
            set => _isDone = value;
        }

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            _isDone = true;
            parking.Unpark();
        }
    }
}
