using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>An accept loop by the platform's socket engine, where there is no epoll.</summary>
internal sealed class PortableAcceptor(Listener listener, Socket socket) : Acceptor(listener, socket)
{
    private readonly Acceptance _acceptance = new();

    public override bool TryStart()
    {
        _acceptance.Owner = this;
        AcceptAll();
        return true;
    }

    protected override void AcceptAll()
    {
        Signals.BlockPipe();
        while (AcceptOne() is { } error && OnAccepted(error, _acceptance.AcceptSocket))
            continue;
    }

    public override void Stop()
    {
        base.Stop();
        _acceptance.Dispose();
    }

    /// <summary>Null: a connection comes later.</summary>
    private SocketError? AcceptOne()
    {
        _acceptance.AcceptSocket = null;
        // On Windows a connection gets its socket here, before it is there.
        return PlatformOperation.Begin(Socket, _acceptance, static (socket, one) => socket.AcceptAsync(one));
    }

    private bool OnAccepted() => OnAccepted(_acceptance.SocketError, _acceptance.AcceptSocket);

    private sealed class Acceptance() : SocketAsyncEventArgs(true)
    {
        public PortableAcceptor Owner { get; set; } = null!;

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            Signals.BlockPipe();
            if (Owner.OnAccepted())
                Owner.AcceptAll();
        }
    }
}
