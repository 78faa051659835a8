using System.Net;
using System.Net.Sockets;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Dns.Stub;

/// <summary>
/// A socket to one server, for one question after another, whose operations hold no thread: each ends when it is
/// completed, the question's time is up or its token is cancelled, whichever comes first. After anything but
/// <see cref="SocketWait.Completed"/> it can only be disposed of. One question at a time.
/// </summary>
/// <remarks>
/// What ends an operation runs what follows it, on its own thread: the one that waits for sockets, the timer's, the one
/// that cancels.
/// </remarks>
internal abstract class QuerySocket : IDisposable
{
    private readonly ITimer _timer;
    private volatile Deadline? _deadline;
    private CancellationTokenRegistration _registration;

    protected QuerySocket(IPEndPoint server, SocketType type)
    {
        Server = server;
        _timer = TimerThread.Shared.CreateTimer(
            static socket => ((QuerySocket)socket!).GiveUp(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            // RFC 5452 §9.2: a new socket has a new port, which is drawn at random.
            ProtocolType protocol = type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp;
            Socket = new Socket(server.AddressFamily, type, protocol);
            if (type == SocketType.Dgram)
            {
                SocketPorts.DrawAtRandom(Socket);
                Socket.Connect(server);
            }
        }
        catch (SocketException e)
        {
            Error = e.SocketErrorCode;
        }
    }

    public IPEndPoint Server { get; }

    /// <summary>What went wrong, after <see cref="SocketWait.Failed"/>.</summary>
    public SocketError Error { get; protected set; }

    /// <summary>Octets that the last operation has moved.</summary>
    public abstract int Count { get; }

    /// <summary>Null: there is none, and <see cref="Error"/> says why.</summary>
    protected Socket? Socket { get; }

    /// <summary>The kind for this system.</summary>
    public static QuerySocket Create(IPEndPoint server, SocketType type)
        => Poller.Arrivals is { } poller
            ? new PolledQuerySocket(server, type, poller)
            : new PortableQuerySocket(server, type);

    /// <summary>Begins a question: its operations end with the deadline.</summary>
    public void Begin(Deadline deadline)
    {
        _deadline = deadline;
        _timer.Change(deadline.Left, Timeout.InfiniteTimeSpan);
        _registration = deadline.Cancel.UnsafeRegister(static socket => ((QuerySocket)socket!).GiveUp(), this);
    }

    /// <summary>Ends the question; another may begin if all its operations were completed.</summary>
    public void End()
    {
        _registration.Dispose();
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Streams only; a datagram socket is connected at once.</summary>
    public abstract ValueTask<SocketWait> Connect();

    public abstract ValueTask<SocketWait> Send(byte[] octets);

    /// <summary>
    /// A datagram, or at least one octet of a stream; <see cref="Count"/> is 0 at the end of a stream.
    /// </summary>
    public abstract ValueTask<SocketWait> Receive(Memory<byte> buffer);

    public virtual void Dispose()
    {
        _registration.Dispose();
        _timer.Dispose();
        Socket?.Dispose();
    }

    /// <summary>Null: it is not. It is neither where the timer has called late, about the question before.</summary>
    protected SocketWait? WhyGivenUp()
        => _deadline!.Cancel.IsCancellationRequested ? SocketWait.Cancelled
            : _deadline.Left == TimeSpan.Zero ? SocketWait.TimedOut
            : null;

    /// <summary>The operation under way, if there is one, may have to end here.</summary>
    protected abstract void GiveUp();
}
