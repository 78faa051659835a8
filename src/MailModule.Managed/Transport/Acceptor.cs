using System.Net;
using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>The accept loop of one listening socket. How it hears of a connection is its kind's.</summary>
internal abstract class Acceptor
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly Listener _listener;
    private readonly ITimer _retry;

    protected Acceptor(Listener listener, Socket socket)
    {
        _listener = listener;
        Socket = socket;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        UnsharedDescriptors.Add((int)socket.SafeHandle.DangerousGetHandle());
        _retry = TimerThread.Shared.CreateTimer(
            static acceptor => ((Acceptor)acceptor!).AcceptAll(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    public IPEndPoint EndPoint { get; }

    protected Socket Socket { get; }

    /// <summary>The kind for this system.</summary>
    /// <param name="poller">Null: the platform's engine.</param>
    public static Acceptor Create(Listener listener, Socket socket, Poller? poller)
        => poller is null
            ? new PortableAcceptor(listener, socket)
            : new PolledAcceptor(listener, socket, poller);

    /// <summary>False if the system does not watch the socket.</summary>
    public abstract bool TryStart();

    public virtual void Stop()
    {
        _retry.Dispose();
        if (!Socket.SafeHandle.IsClosed)
            UnsharedDescriptors.Remove((int)Socket.SafeHandle.DangerousGetHandle());
        Socket.Dispose();
    }

    /// <summary>Accepts what is there, and what comes.</summary>
    protected abstract void AcceptAll();

    /// <summary>False: the loop ends here, for good or until the retry timer starts it again.</summary>
    protected bool OnAccepted(SocketError error, Socket? accepted)
    {
        switch (error)
        {
            case SocketError.Success:
                _listener.OnAccepted(accepted!);
                return true;
            case SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket
                or SocketError.InvalidArgument:
                _retry.Dispose();
                return false;
            case SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable:
                if (_listener.RefuseWithSpareDescriptor(Socket))
                    return true;
                _retry.Change(Pause, Timeout.InfiniteTimeSpan);
                return false;
            default:
                return true; // the peer gave up while it waited in the queue
        }
    }
}
