using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>An accept loop by the platform's socket engine, where there is no epoll.</summary>
internal sealed class PortableAcceptor(Listener listener, Socket socket) : Acceptor(listener, socket)
{
    private readonly Acceptance _acceptance = new();
    private int _isSettled; // 1: the acceptance that was begun last has ended, or the acceptor has been stopped

    public override bool TryStart()
    {
        _acceptance.Owner = this;
        AcceptAll();
        return true;
    }

    protected override void AcceptAll()
    {
        Signals.BlockPipe();
        while (AcceptOne() is { } error && OnEnded(error))
            continue;
    }

    public override void Stop()
    {
        base.Stop();
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
            _acceptance.AcceptSocket?.Dispose();
        _acceptance.Dispose();
    }

    /// <summary>Null: a connection comes later.</summary>
    private SocketError? AcceptOne()
    {
        _acceptance.AcceptSocket = null;
        Volatile.Write(ref _isSettled, 0);
        // On Windows a connection gets its socket here, before it is there. Where none comes, it is ours to close.
        return PlatformOperation.Begin(Socket, _acceptance, static (socket, one) => socket.AcceptAsync(one));
    }

    private bool OnEnded(SocketError error)
    {
        Socket? socket = _acceptance.AcceptSocket;
        if (Interlocked.Exchange(ref _isSettled, 1) != 0)
            error = SocketError.OperationAborted;
        if (error != SocketError.Success)
            socket?.Dispose();
        return OnAccepted(error, socket);
    }

    private sealed class Acceptance() : SocketAsyncEventArgs(true)
    {
        public PortableAcceptor Owner { get; set; } = null!;

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            Signals.BlockPipe();
            if (Owner.OnEnded(SocketError))
                Owner.AcceptAll();
        }
    }
}
