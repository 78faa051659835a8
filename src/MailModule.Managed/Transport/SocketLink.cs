using System.Net;
using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// A connected socket, TCP's or one of the local kind, which it owns. How it hears of input and room is its kind's.
/// </summary>
internal abstract class SocketLink : ILink
{
    /// <param name="remote">Null: the socket says; it does not know any more where the peer has reset it.</param>
    protected SocketLink(Socket socket, IPEndPoint? remote)
    {
        Socket = socket;
        socket.Blocking = false;
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
        int count = Socket.Receive(target.Span, SocketFlags.None, out SocketError error);
        MayHaveMore = count == target.Length;
        if (error == SocketError.WouldBlock)
            return Transfer.Again;
        if (error != SocketError.Success)
            return Fail(error);
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
        int count = Socket.Send(octets, SocketFlags.None, out SocketError error);
        return error switch
        {
            SocketError.Success => Transfer.Moved(count),
            SocketError.WouldBlock => Transfer.Moved(0),
            _ => Fail(error),
        };
    }

    protected Transfer Fail(SocketError error)
    {
        Failure = error.ToString();
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
