using System.Net;
using System.Net.Sockets;
using MailModule.Transport;

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
        return PlatformOperation.Begin(Socket, _operation, start) is { } error
            ? new ValueTask<SocketWait>(Outcome(error))
            : new ValueTask<SocketWait>(end.Task);
    }

    private SocketWait Outcome(SocketError error)
    {
        Error = Meaning(error);
        return Error == SocketError.Success ? SocketWait.Completed : SocketWait.Failed;
    }

    /// <summary>Windows says "reset" of a datagram that nobody took, where others say "refused".</summary>
    private SocketError Meaning(SocketError error)
        => error == SocketError.ConnectionReset && Socket!.SocketType == SocketType.Dgram
            ? SocketError.ConnectionRefused
            : error;

    private sealed class Operation(PortableQuerySocket socket) : SocketAsyncEventArgs(true)
    {
        protected override void OnCompleted(SocketAsyncEventArgs e)
            => socket._end.TrySetResult(socket.Outcome(SocketError));
    }
}
