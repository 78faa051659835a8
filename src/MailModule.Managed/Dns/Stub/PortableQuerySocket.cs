using System.Net;
using System.Net.Sockets;

namespace MailModule.Dns.Stub;

/// <summary>
/// Operations of the platform's socket engine, where there is no epoll. One that was given up may still write into its
/// buffer until the socket is closed; so buffers are never shared, and the platform frees them.
/// </summary>
internal sealed class PortableQuerySocket : QuerySocket
{
    private readonly Operation _operation;
    private volatile TaskCompletionSource<SocketWait> _end = new();

    public PortableQuerySocket(IPEndPoint server, SocketType type) : base(server, type)
        => _operation = new Operation(this) { RemoteEndPoint = server };

    public override int Count => _operation.BytesTransferred;

    public override ValueTask<SocketWait> Connect()
        => Run(static (socket, operation) => socket.ConnectAsync(operation), default);

    public override ValueTask<SocketWait> Send(byte[] octets)
        => Run(static (socket, operation) => socket.SendAsync(operation), octets);

    public override ValueTask<SocketWait> Receive(Memory<byte> buffer)
        => Run(static (socket, operation) => socket.ReceiveAsync(operation), buffer);

    public override void Dispose()
    {
        base.Dispose();
        _operation.Dispose();
    }

    protected override void GiveUp()
    {
        if (WhyGivenUp() is { } why)
            _end.TrySetResult(why);
    }

    private ValueTask<SocketWait> Run(Func<Socket, SocketAsyncEventArgs, bool> start, Memory<byte> buffer)
    {
        if (Socket is null || Error != SocketError.Success)
            return new ValueTask<SocketWait>(SocketWait.Failed);
        if (!buffer.IsEmpty)
            _operation.SetBuffer(buffer);
        if (_end.Task.IsCompleted)
            _end = new TaskCompletionSource<SocketWait>();
        TaskCompletionSource<SocketWait> end = _end;
        // A cancel, or the end of the time, from here on finds this operation.
        Interlocked.MemoryBarrier();
        if (WhyGivenUp() is { } early)
            return new ValueTask<SocketWait>(early);
        try
        {
            return start(Socket, _operation)
                ? new ValueTask<SocketWait>(end.Task)
                : new ValueTask<SocketWait>(Outcome());
        }
        catch (Exception e) when (e is SocketException or OutOfMemoryException)
        {
            Error = (e as SocketException)?.SocketErrorCode ?? SocketError.NoBufferSpaceAvailable;
            return new ValueTask<SocketWait>(SocketWait.Failed);
        }
    }

    private SocketWait Outcome()
    {
        Error = _operation.SocketError;
        return Error == SocketError.Success ? SocketWait.Completed : SocketWait.Failed;
    }

    private sealed class Operation(PortableQuerySocket socket) : SocketAsyncEventArgs(true)
    {
        protected override void OnCompleted(SocketAsyncEventArgs e) => socket._end.TrySetResult(socket.Outcome());
    }
}
