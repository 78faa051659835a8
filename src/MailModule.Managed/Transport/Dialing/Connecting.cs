using System.Net;
using System.Net.Sockets;

namespace MailModule.Transport.Dialing;

/// <summary>
/// Connects a socket, and tells how it came out, once and perhaps before <see cref="Begin"/> returns. After
/// <see cref="Dispose"/>, which comes before the socket is closed, it tells nothing more.
/// </summary>
/// <param name="arrivals">Null: the platform's engine connects.</param>
internal sealed class Connecting(Socket socket, Poller? arrivals, Action<SocketError> ended) : IPolled, IDisposable
{
    // A socket is watched, and is not any more, once each: after that its descriptor may be another's.
    private readonly Lock _watch = new();
    private Poller? _poller;
    private bool _hasEnded;

    public nint Descriptor => socket.SafeHandle.DangerousGetHandle();

    public ulong PollTag { get; set; }

    public void Begin(IPEndPoint target)
    {
        if (arrivals is { } poller)
            Begin(poller, target);
        else
            new ByPlatform(ended) { RemoteEndPoint = target }.Begin(socket);
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
            if (TryWatch(poller))
                return;
            error = SocketError.NoBufferSpaceAvailable;
        }
        if (TryEnd())
            ended(error);
    }

    private bool TryEnd()
    {
        lock (_watch)
        {
            if (_hasEnded)
                return false;
            _hasEnded = true;
            _poller?.Remove(this);
            return true;
        }
    }

    /// <summary>True: it is watched, or has ended.</summary>
    private bool TryWatch(Poller poller)
    {
        lock (_watch)
        {
            if (!_hasEnded && poller.TryAdd(this))
                _poller = poller;
            return _hasEnded || _poller is not null;
        }
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
            if (PlatformOperation.Begin(socket, this, static (one, self) => one.ConnectAsync(self)) is { } error)
                End(error);
        }

        protected override void OnCompleted(SocketAsyncEventArgs e) => End(SocketError);

        private void End(SocketError error)
        {
            Dispose();
            ended(error);
        }
    }
}
