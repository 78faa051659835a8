using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// A connected socket, TCP's or one of the local kind, which it owns. How it hears of input and room is its kind's.
/// </summary>
internal abstract class SocketLink : ILink
{
    /// <param name="remote">Null: the socket says; it does not know any more where the peer has reset it.</param>
    /// <param name="isOfEngine">The platform's engine watches it, and so keeps what it needs for that, 200 octets for
    /// each socket that it knows to be non-blocking.</param>
    protected SocketLink(Socket socket, IPEndPoint? remote, bool isOfEngine)
    {
        Socket = socket;
        if (isOfEngine)
            socket.Blocking = false;
        else
            SocketCalls.SetBlocking(socket, false);
        if (socket.AddressFamily != AddressFamily.Unix)
            socket.NoDelay = true;
        UnsharedDescriptors.Add((int)socket.SafeHandle.DangerousGetHandle());
        RemoteEndPoint = remote ?? socket.RemoteEndPoint as IPEndPoint ?? ILink.NoAddress;
    }

    public IPEndPoint RemoteEndPoint { get; }
    public IPEndPoint? LocalEndPoint => FindLocalEndPoint();
    public nint Descriptor => IsClosed ? -1 : Socket.SafeHandle.DangerousGetHandle();
    public string? Failure { get; private set; }
    public abstract bool IsFlushed { get; }
    public virtual bool IsReset => false;
    public virtual long InFlight => IsClosed ? 0 : SocketQueue.Unacknowledged((int)Descriptor);
    public bool HasUnread => CountUnread() > 0;

    protected Socket Socket { get; }
    protected bool IsClosed { get; private set; }

    /// <summary>A receive has filled the room it had, so more may be there.</summary>
    protected bool MayHaveMore { get; set; }

    /// <summary>The kind for this system.</summary>
    /// <param name="poller">Null: the platform's engine.</param>
    public static SocketLink Create(Socket socket, Poller? poller, IPEndPoint? remote = null)
        => poller is null ? new PortableSocketLink(socket, remote) : new PolledSocketLink(socket, poller, remote);

    public abstract bool TryBegin(ILinkOwner owner);
    public abstract bool AwaitInput();
    public abstract Transfer Send(ReadOnlySpan<byte> octets);

    public virtual Transfer Receive(Memory<byte> target)
    {
        if (IsClosed)
            return FailClosed();
        int count, error;
        do
            count = SocketCalls.Receive(Socket, target.Span, out error);
        while (count < 0 && SocketCalls.IsInterrupted(error));
        MayHaveMore = count == target.Length;
        if (count < 0)
            return SocketCalls.IsAgain(error) ? Transfer.Again : Fail(SocketCalls.WordsOf(error));
        return count == 0 ? Transfer.Ended : Transfer.Moved(count);
    }

    public bool EndOutput() => ShutDown(SocketShutdown.Send);

    public void Abort() => ShutDown(SocketShutdown.Both);

    public virtual void Close()
    {
        if (!IsClosed)
            UnsharedDescriptors.Remove((int)Descriptor);
        IsClosed = true;
        Socket.Dispose();
    }

    private int CountUnread()
    {
        try
        {
            return Socket.Available;
        }
        catch (SocketException)
        {
            return 0; // the peer has reset it
        }
    }

    private IPEndPoint? FindLocalEndPoint()
    {
        try
        {
            return Socket.LocalEndPoint as IPEndPoint;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null; // the peer was faster
        }
    }

    protected Transfer SendNow(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return Transfer.Moved(0);
        if (IsClosed)
            return FailClosed();
        int count, error;
        do
            count = SocketCalls.Send(Socket, octets, out error);
        while (count < 0 && SocketCalls.IsInterrupted(error));
        if (count >= 0)
            return Transfer.Moved(count);
        return SocketCalls.IsAgain(error) ? Transfer.Moved(0) : Fail(SocketCalls.WordsOf(error));
    }

    // The descriptor may be another's by then.
    private Transfer FailClosed() => Fail("the socket is closed");

    protected Transfer Fail(SocketError error) => Fail(ExceptionWords.OfSocket(error));

    private Transfer Fail(string words)
    {
        Failure = words;
        return Transfer.Failed;
    }

    protected bool ShutDown(SocketShutdown which)
    {
        try
        {
            Socket.Shutdown(which);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false; // the peer was faster
        }
    }
}
