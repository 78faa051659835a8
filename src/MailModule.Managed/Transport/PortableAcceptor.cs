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
        try
        {
            do
                _acceptance.AcceptSocket = null;
            while (!Socket.AcceptAsync(_acceptance) && OnAccepted());
        }
        catch (ObjectDisposedException)
        {
            _acceptance.Dispose();
        }
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
