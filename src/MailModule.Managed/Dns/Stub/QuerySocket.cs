using System.Net;
using System.Net.Sockets;

namespace MailModule.Dns.Stub;

/// <summary>
/// A socket to one server, for one question after another, whose operations hold no thread: each ends when it is
/// completed, the question's time is up or its token is cancelled, whichever comes first. After anything but
/// <see cref="SocketWait.Completed"/> it can only be disposed of. One question at a time.
/// </summary>
/// <remarks>
/// What ends an operation runs what follows it, on its own thread: the socket engine's, the timer's, the one that
/// cancels. An operation that was given up may still write into its buffer until the socket is closed; so buffers are
/// never shared, and the platform frees them.
/// </remarks>
internal sealed class QuerySocket : IDisposable
{
    private readonly Operation _operation;
    private readonly Timer _timer;
    private readonly Socket? _socket;
    private volatile TaskCompletionSource<SocketWait> _end = new();
    private volatile Deadline? _deadline;
    private CancellationTokenRegistration _registration;

    public QuerySocket(IPEndPoint server, SocketType type)
    {
        Server = server;
        _operation = new Operation(this) { RemoteEndPoint = server };
        _timer = new Timer(static socket => ((QuerySocket)socket!).GiveUp(), this, Timeout.Infinite, Timeout.Infinite);
        try
        {
            // RFC 5452 §9.2: a new socket has a new port, which the system draws at random.
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

    public IPEndPoint Server { get; }

    /// <summary>What went wrong, after <see cref="SocketWait.Failed"/>.</summary>
    public SocketError Error { get; private set; }

    /// <summary>Octets that the last operation has moved.</summary>
    public int Count => _operation.BytesTransferred;

    /// <summary>Begins a question: its operations end with the deadline.</summary>
    public void Begin(Deadline deadline)
    {
        _deadline = deadline;
        _timer.Change(deadline.Left, Timeout.InfiniteTimeSpan);
        _registration = deadline.Cancel.UnsafeRegister(static socket => ((QuerySocket)socket!).GiveUp(), this);
    }

    /// <summary>Ends the question; another may begin if all its operations were completed.</summary>
    public void End()
    {
        _registration.Dispose();
        _timer.Change(Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Streams only; a datagram socket is connected at once.</summary>
    public ValueTask<SocketWait> Connect()
        => Run(static (socket, operation) => socket.ConnectAsync(operation), default);

    public ValueTask<SocketWait> Send(byte[] octets)
        => Run(static (socket, operation) => socket.SendAsync(operation), octets);

    /// <summary>
    /// A datagram, or at least one octet of a stream; <see cref="Count"/> is 0 at the end of a stream.
    /// </summary>
    public ValueTask<SocketWait> Receive(Memory<byte> buffer)
        => Run(static (socket, operation) => socket.ReceiveAsync(operation), buffer);

    public void Dispose()
    {
        _registration.Dispose();
        _timer.Dispose();
        _socket?.Dispose();
        _operation.Dispose();
    }

    private ValueTask<SocketWait> Run(Func<Socket, SocketAsyncEventArgs, bool> start, Memory<byte> buffer)
    {
        if (_socket is null || Error != SocketError.Success)
            return new ValueTask<SocketWait>(SocketWait.Failed);
        if (!buffer.IsEmpty)
            _operation.SetBuffer(buffer);
        if (_end.Task.IsCompleted)
            _end = new TaskCompletionSource<SocketWait>();
        TaskCompletionSource<SocketWait> end = _end;
        // A cancel, or the end of the time, from here on finds this operation.
        if (WhyGivenUp() is { } early)
            return new ValueTask<SocketWait>(early);
        try
        {
            return start(_socket, _operation)
                ? new ValueTask<SocketWait>(end.Task)
                : new ValueTask<SocketWait>(Outcome());
        }
        catch (Exception e) when (e is SocketException or OutOfMemoryException)
        {
            Error = (e as SocketException)?.SocketErrorCode ?? SocketError.NoBufferSpaceAvailable;
            return new ValueTask<SocketWait>(SocketWait.Failed);
        }
    }

    private SocketWait? WhyGivenUp()
        => _deadline!.Cancel.IsCancellationRequested ? SocketWait.Cancelled
            : _deadline.Left == TimeSpan.Zero ? SocketWait.TimedOut
            : null;

    private void GiveUp()
    {
        // Null: the timer has called late, about the question before.
        if (WhyGivenUp() is { } why)
            _end.TrySetResult(why);
    }

    private SocketWait Outcome()
    {
        Error = _operation.SocketError;
        return Error == SocketError.Success ? SocketWait.Completed : SocketWait.Failed;
    }

    private sealed class Operation(QuerySocket socket) : SocketAsyncEventArgs(true)
    {
        protected override void OnCompleted(SocketAsyncEventArgs e) => socket._end.TrySetResult(socket.Outcome());
    }
}
