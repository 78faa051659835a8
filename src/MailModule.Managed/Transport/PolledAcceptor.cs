using System.Net.Sockets;

namespace MailModule.Transport;

/// <summary>
/// An accept loop that a poller starts whenever connections have come. They are told of once, so it takes all that are
/// there; one turn at a time, for the retry timer may call it as well.
/// </summary>
internal sealed class PolledAcceptor(Listener listener, Socket socket, Poller poller)
    : Acceptor(listener, socket), IPolled
{
    private readonly Lock _turn = new();
    private bool _isStopped;

    public nint Descriptor => Socket.SafeHandle.DangerousGetHandle();

    public ulong PollTag { get; set; }

    public override bool TryStart()
    {
        Socket.Blocking = false;
        return poller.TryAdd(this);
    }

    public override void Stop()
    {
        // Its descriptor may be another's after that.
        if (Interlocked.Exchange(ref _isStopped, true))
            return;
        poller.Remove(this);
        base.Stop();
    }

    public void OnReadiness(bool isReadable, bool isWritable, bool isAtEnd)
    {
        if (isReadable)
            AcceptAll();
    }

    protected override void AcceptAll()
    {
        lock (_turn)
            while (TryAccept(out SocketError error, out Socket? accepted) && OnAccepted(error, accepted))
                continue;
    }

    /// <summary>False: no connection is there, or the socket is closed. Asking first costs less than an exception.
    /// </summary>
    private bool TryAccept(out SocketError error, out Socket? accepted)
    {
        (error, accepted) = (SocketError.Success, null);
        try
        {
            if (!Socket.Poll(0, SelectMode.SelectRead))
                return false;
            accepted = Socket.Accept();
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode; // WouldBlock: the peer has given up meanwhile
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        return true;
    }
}
