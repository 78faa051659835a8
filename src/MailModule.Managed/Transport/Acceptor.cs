using System.Net;
using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>The accept loop of one listening socket.</summary>
internal sealed class Acceptor : SocketAsyncEventArgs
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly Listener _listener;
    private readonly Socket _socket;
    private readonly Timer _retry;

    public Acceptor(Listener listener, Socket socket) : base(true)
    {
        _listener = listener;
        _socket = socket;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        UnsharedDescriptors.Add((int)socket.SafeHandle.DangerousGetHandle());
        _retry = new Timer(static acceptor => ((Acceptor)acceptor!).AcceptNext(), this, Timeout.Infinite,
            Timeout.Infinite);
    }

    public IPEndPoint EndPoint { get; }

    public void Start() => AcceptNext();

    public void Stop()
    {
        if (!_socket.SafeHandle.IsClosed)
            UnsharedDescriptors.Remove((int)_socket.SafeHandle.DangerousGetHandle());
        _socket.Dispose();
    }

    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        Signals.BlockPipe();
        if (OnAccepted())
            AcceptNext();
    }

    private void AcceptNext()
    {
        Signals.BlockPipe();
        try
        {
            do
                AcceptSocket = null;
            while (!_socket.AcceptAsync(this) && OnAccepted());
        }
        catch (ObjectDisposedException)
        {
            End();
        }
    }

    /// <summary>False: the loop ends here, for good or until the retry timer starts it again.</summary>
    private bool OnAccepted()
    {
        switch (SocketError)
        {
            case SocketError.Success:
                _listener.OnAccepted(AcceptSocket!);
                return true;
            case SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket
                or SocketError.InvalidArgument:
                End();
                return false;
            case SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable:
                if (_listener.RefuseWithSpareDescriptor(_socket))
                    return true;
                _retry.Change(Pause, Timeout.InfiniteTimeSpan);
                return false;
            default:
                return true; // the peer gave up while it waited in the queue
        }
    }

    private void End()
    {
        _retry.Dispose();
        Dispose();
    }
}
