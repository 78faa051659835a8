using System.Net;
using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Dns.Stub;

/// <summary>
/// A socket to one server whose operations block: each ends when it is completed, the deadline has passed or the token
/// is cancelled, whichever comes first. After anything but <see cref="SocketWait.Completed"/> it can only be disposed
/// of. One thread.
/// </summary>
/// <remarks>
/// An operation that was given up may still write into its buffer until the socket is closed; so buffers are never
/// shared, and the platform frees them.
/// </remarks>
internal sealed class BlockingSocket : IDisposable
{
    private readonly Parker _parker = new();
    private readonly Deadline _deadline;
    private readonly CancellationTokenRegistration _registration;
    private readonly Operation _operation;
    private readonly Socket? _socket;

    public BlockingSocket(IPEndPoint server, SocketType type, Deadline deadline)
    {
        _deadline = deadline;
        _operation = new Operation(_parker) { RemoteEndPoint = server };
        _registration = deadline.Cancel.UnsafeRegister(static parking => ((Parker)parking!).Unpark(), _parker);
        try
        {
            // RFC 5452 §9.2: a new socket for each query has a new port, which the system draws at random.
            ProtocolType protocol = type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp;
            _socket = new Socket(server.AddressFamily, type, protocol);
            if (type == SocketType.Dgram)
                _socket.Connect(server);
        }
        catch (SocketException e)
        {
            Error = e.SocketErrorCode;
        }
    }

    /// <summary>What went wrong, after <see cref="SocketWait.Failed"/>.</summary>
    public SocketError Error { get; private set; }

    /// <summary>Streams only; a datagram socket is connected at once.</summary>
    public SocketWait Connect() => Run(static (socket, operation) => socket.ConnectAsync(operation), default, out _);

    public SocketWait Send(byte[] octets)
        => Run(static (socket, operation) => socket.SendAsync(operation), octets, out _);

    /// <summary>A datagram, or at least one octet of a stream; 0 at the end of a stream.</summary>
    public SocketWait Receive(Memory<byte> buffer, out int count)
        => Run(static (socket, operation) => socket.ReceiveAsync(operation), buffer, out count);

    public void Dispose()
    {
        _registration.Dispose();
        _socket?.Dispose();
        _operation.Dispose();
    }

    private SocketWait Run(Func<Socket, SocketAsyncEventArgs, bool> start, Memory<byte> buffer, out int count)
    {
        count = 0;
        if (_socket is null || Error != SocketError.Success)
            return SocketWait.Failed;
        if (!buffer.IsEmpty)
            _operation.SetBuffer(buffer);
        _operation.IsDone = false;
        try
        {
            if (start(_socket, _operation) && Wait() is var end && end != SocketWait.Completed)
                return end;
        }
        catch (Exception e) when (e is SocketException or OutOfMemoryException)
        {
            Error = (e as SocketException)?.SocketErrorCode ?? SocketError.NoBufferSpaceAvailable;
            return SocketWait.Failed;
        }
        count = _operation.BytesTransferred;
        Error = _operation.SocketError;
        return Error == SocketError.Success ? SocketWait.Completed : SocketWait.Failed;
    }

    private SocketWait Wait()
    {
        while (!_operation.IsDone)
        {
            if (_deadline.Cancel.IsCancellationRequested)
                return SocketWait.Cancelled;
            TimeSpan left = _deadline.Left;
            if (left == TimeSpan.Zero)
                return SocketWait.TimedOut;
            _parker.Park(left);
        }
        return SocketWait.Completed;
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
