using System.Net;
using System.Net.Sockets;

namespace MailModule.Transport.Dialing;

/// <summary>
/// Connects a socket, and tells how it came out, once and perhaps before <see cref="Begin"/> returns. After
/// <see cref="Dispose"/>, which comes before the socket is closed, it tells nothing more.
/// </summary>
internal sealed class Connecting(Socket socket, Action<SocketError> ended) : IPolled, IDisposable
{
    private Poller? _poller;
    private bool _hasEnded;

    public nint Descriptor => socket.SafeHandle.DangerousGetHandle();

    public ulong PollTag { get; set; }

    public void Begin(IPEndPoint target)
    {
        _poller = Poller.Arrivals;
        if (_poller is null)
        {
            new ByPlatform(ended) { RemoteEndPoint = target }.Begin(socket);
            return;
        }
        // Whoever ends this meanwhile closes the socket: until here is done the descriptor must not be another's.
        bool isHeld = false;
        socket.SafeHandle.DangerousAddRef(ref isHeld);
        try
        {
            Begin(_poller, target);
        }
        finally
        {
            socket.SafeHandle.DangerousRelease();
        }
    }

    public void OnReadiness(bool isReadable, bool isWritable, bool isAtEnd)
    {
        if ((!isWritable && !isAtEnd) || !TryEnd())
            return;
        SocketError error;
        try
        {
            error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            error = SocketError.OperationAborted;
        }
        ended(error);
    }

    public void Dispose() => TryEnd();

    private void Begin(Poller poller, IPEndPoint target)
    {
        SocketError error = Connect(target);
        if (error is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (poller.TryAdd(this))
            {
                if (Volatile.Read(ref _hasEnded))
                    poller.Remove(this);
                return;
            }
            error = SocketError.NoBufferSpaceAvailable;
        }
        if (TryEnd())
            ended(error);
    }

    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _hasEnded, true))
            return false;
        _poller?.Remove(this);
        return true;
    }

    private SocketError Connect(IPEndPoint target)
    {
        socket.Blocking = false;
        try
        {
            socket.Connect(target);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    private sealed class ByPlatform(Action<SocketError> ended) : SocketAsyncEventArgs(true)
    {
        public void Begin(Socket socket)
        {
            if (!socket.ConnectAsync(this))
                OnCompleted(this);
        }

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            SocketError error = SocketError;
            Dispose();
            ended(error);
        }
    }
}
