using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// One link with its session, plain or TLS, accepted or dialled: the only place where a session's octets meet a link.
/// The thread that owns the connection at that moment advances the session: the I/O thread when the link says that
/// there may be input or room, the thread that called <see cref="Resume"/>, or a worker. Never two at once.
/// </summary>
/// <remarks>
/// Everything that happens is an event raised on the <see cref="OwnershipWord"/>; the thread that thereby becomes the
/// owner serves events until none is left and then releases the connection. All fields below <see cref="_ownership"/>
/// belong to the owner; while a wait is pending and no thread owns the connection, the input belongs to the thread that
/// serves the wait.
/// </remarks>
internal sealed partial class Connection : IPeer, IBlockingPeer, IJob, ILinkOwner
{
    private const int ReceivesPerTurn = 16;

    private readonly ConnectionSet _set;
    private ISession _session = null!;
    private OwnershipWord _ownership = new();

    private ILink _link;
    private Phase _phase = Phase.Running;
    private PooledBuffer _unconsumed;
    private PooledBuffer _unsent;
    private Deadlines _deadlines = new();
    private HeldMemory _memory;
    private Ending _ending;
    private int _receivesLeft;
    private int _advancingThread;
    private volatile BlockingCalls? _blockingCalls;
    private ConnectionEnds _ends;

    /// <param name="link">A fresh one; the connection's from now on.</param>
    internal Connection(ILink link, ConnectionSet set)
    {
        _link = link;
        _set = set;
        PeerEndPoint = link.RemoteEndPoint;
    }

    internal Connection(Socket socket, ConnectionSet set, IPEndPoint? remote = null)
        : this(SocketLink.Create(socket, set.Poller, remote), set)
    {
    }

    /// <summary>The peer, or <see cref="ILink.NoAddress"/>.</summary>
    public IPEndPoint RemoteEndPoint => _ends.RemoteOf(_link);

    IPEndPoint? IPeer.RemoteEndPoint => ConnectionEnds.KnownOf(RemoteEndPoint);

    /// <inheritdoc/>
    public IPEndPoint? TransportEndPoint => ConnectionEnds.KnownOf(_link.RemoteEndPoint);
    public IPEndPoint? LocalEndPoint => _ends.LocalOf(_link);

    /// <inheritdoc cref="ILink.LocalAddress"/>
    public IPAddress? LocalAddress => _link.LocalAddress;

    /// <summary>
    /// The peer's address: <see cref="RemoteEndPoint"/>, or beyond a proxy its target; null if only the proxy knows its
    /// address.
    /// </summary>
    public IPEndPoint? PeerEndPoint
    {
        get => _ends.Peer;
        internal init => _ends.Peer = value;
    }

    /// <inheritdoc/>
    public nint Descriptor => _link.Descriptor;

    /// <inheritdoc/>
    public TimeSpan IdleTimeout
    {
        set => _deadlines.IdleTimeout = value;
    }

    /// <inheritdoc/>
    public void SetDeadline(TimeSpan fromNow) => _deadlines.Set(fromNow, _set.Clock());

    /// <summary>How fast the peer must be; set before the start.</summary>
    internal Pace Pace
    {
        set => _deadlines.SetPace(value, _set.Clock());
    }

    /// <summary>Counts what the session holds; called before the start.</summary>
    internal void CountIn(SessionMemory memory, bool isExempt)
        => _memory.Begin(memory, RemoteEndPoint.Address, isExempt);

    /// <inheritdoc/>
    public bool TryHold(long octets) => _memory.TryHold(octets);

    /// <inheritdoc/>
    public void Expect(Expected what)
    {
        if (!_deadlines.Expects(what))
            _deadlines.Expect(what, _set.Clock());
    }

    /// <inheritdoc/>
    public void GotDone(bool isLoggedIn) => _deadlines.GotDone(isLoggedIn, _set.Clock());

    /// <summary>
    /// After a failed send the session still gets what the peer had sent by then: a client wants to know why a server
    /// closed.
    /// </summary>
    public bool ReadsAfterSendFailure
    {
        get => _ending.ReadsAfterSendFailure;
        set => _ending.ReadsAfterSendFailure = value;
    }

    /// <summary>How long a TLS handshake may take.</summary>
    public TimeSpan HandshakeTimeout
    {
        get => _deadlines.HandshakeTimeout;
        set => _deadlines.HandshakeTimeout = value;
    }

    /// <summary>For <see cref="Next.StartTls"/>; null: no TLS.</summary>
    public ITlsSettings? TlsSettings { get; init; }

    /// <inheritdoc/>
    public Fault Fault => _ending.Fault;

    /// <inheritdoc/>
    public string? FaultText => _ending.Text;

    /// <summary>The peer is gone (reset, closed while more was due) or the engine is stopping hard.</summary>
    public bool Lost => _ending.IsLost || _ownership.Has(Events.Aborted);

    /// <inheritdoc/>
    public void Resume() => Raise(Events.Resumed);

    /// <summary>
    /// The session is advanced without input, as soon as it waits for some; any thread. It may serve the connection
    /// before it returns.
    /// </summary>
    public void Wake() => Raise(Events.Woken);

    /// <summary>
    /// Closes at once, from any thread; <see cref="ISession.Closed"/> is called when the owner has released the
    /// connection.
    /// </summary>
    public void Abort()
    {
        _ending.Abort();
        _link.Abort();
        Raise(Events.Aborted);
    }

    /// <summary>Begins: greets, or shakes hands first.</summary>
    /// <param name="refusal">What the peer is told where the system watches no more links; not under TLS.</param>
    internal void Start(ISession session, bool tlsFirst, ReadOnlySpan<byte> refusal = default)
    {
        _session = session;
        Touch();
        if (tlsFirst)
            BeginTls();
        if (_phase != Phase.Closed && _link.TryBegin(this))
            return;
        if (!tlsFirst && !refusal.IsEmpty)
            _link.Send(refusal);
        Lose(Fault.Full, "the system watches no more sockets");
        Finish();
        ServeEvents(mayDecrypt: false);
    }

    /// <summary>
    /// From now on the connection runs this session; called by the session it replaces, inside its Advance.
    /// </summary>
    internal void SwitchSession(ISession session) => _session = session;

    /// <summary>
    /// A turn on a worker, for a connection that has used up its turn on the thread it had, or has slow work.
    /// </summary>
    void IJob.Run() => ServeEvents(mayDecrypt: true);

    void ILinkOwner.OnBegun() => ServeEvents(mayDecrypt: true);
    void ILinkOwner.OnInput() => Raise(Events.Input, mayDecrypt: true);
    void ILinkOwner.OnRoom() => Raise(Events.Room, mayDecrypt: true);
    void ILinkOwner.OnReset() => _session.PeerReset();

    /// <summary>An event, from any thread; may serve the connection before it returns.</summary>
    internal void Raise(Events events) => Raise(events, mayDecrypt: Workers.IsCurrent);

    /// <param name="events">What has happened.</param>
    /// <param name="mayDecrypt">The thread is a worker or the link's own, and not one that others wait for, such as
    /// the committer.</param>
    private void Raise(Events events, bool mayDecrypt)
    {
        if (_ownership.Raise(events))
            ServeEvents(mayDecrypt);
        else
            _blockingCalls?.Wake();
    }

    /// <summary>
    /// For the sweep, any thread: whether the peer has been silent or slow too long while we wait for it.
    /// </summary>
    internal bool IsOverdue(long now)
    {
        Phase phase = _ownership.Phase;
        return phase is not (Phase.Running or Phase.Wait or Phase.Closed)
            && _deadlines.FindPassed(phase, now) is not null;
    }

    /// <summary>
    /// For the owner: serves events on the calling thread until none is left, or until the turn is over and a worker
    /// continues.
    /// </summary>
    private void ServeEvents(bool mayDecrypt)
    {
        Signals.BlockPipe();
        _receivesLeft = ReceivesPerTurn;
        while (Step(mayDecrypt))
        {
            if (_receivesLeft > 0)
                continue;
            _set.Workers.Run(this);
            return;
        }
    }

    /// <summary>False: the connection is released, and this thread may touch nothing of it any more.</summary>
    private bool Step(bool mayDecrypt)
    {
        if (_phase is Phase.Running or Phase.HandshakeStep)
        {
            StepUnasked();
            return true;
        }
        Events first = _ownership.ConsumeNextEvent(_phase);
        if (first != Events.None)
            HandleEvent(first, mayDecrypt);
        else if (WantsInput && _link.AwaitInput())
            OnInput(mayDecrypt);
        else if (_ownership.TryRelease(_phase))
        {
            _blockingCalls?.Wake();
            return false;
        }
        return true;
    }

    /// <summary>What is to be done without an event.</summary>
    private void StepUnasked()
    {
        if (_phase == Phase.Running)
            Advance([]);
        else if (Workers.IsCurrent)
            ShakeHands();
        else
            _receivesLeft = 0; // on a worker
    }

    private void HandleEvent(Events one, bool mayDecrypt)
    {
        switch (one)
        {
            case Events.Aborted:
                Lose(Fault.Cancelled, "aborted");
                Finish();
                break;
            case Events.Room:
                ContinueSending();
                break;
            case Events.Resumed:
                EndWait();
                break;
            case Events.Stopping:
                Expire(ExpiryReason.Stopping);
                break;
            case Events.Idle:
                OnOverdue(mayDecrypt);
                break;
            case Events.Input:
                OnInput(mayDecrypt);
                break;
            case Events.Woken:
                Touch();
                _phase = Phase.Running;
                break;
        }
    }

    private void EndWait()
    {
        _phase = Phase.Running;
        _blockingCalls = null;
        StartClock();
        if (_link.IsReset && _session.PeerReset())
            Lose(Fault.Closed, "the peer has reset the connection");
        if (Lost && !MayHaveSaidWhy)
            Finish();
    }

    /// <summary>The one place where a session runs, and where what it throws is caught.</summary>
    private void Advance(ReadOnlySpan<byte> fresh)
    {
        bool isKept = _unconsumed.Length > 0;
        if (isKept)
            _unconsumed.Append(fresh);
        ReadOnlySpan<byte> input = isKept ? _unconsumed.Span : fresh;
        int before = input.Length;
        Output output = Output.Rent();
        _phase = Phase.Running;
        _advancingThread = Environment.CurrentManagedThreadId;
        Next next;
        try
        {
            next = _session.Advance(ref input, output);
        }
        catch (Exception e)
        {
            next = OnSessionException(e, output);
        }
        _advancingThread = 0;
        _ending.IsAskedFor = next == Next.Close;
        if (isKept)
            _unconsumed.Consume(before - input.Length);
        else
            _unconsumed.Append(input);
        if (next == Next.StartTls)
            _unconsumed.Clear();
        Send(output.Written);
        Output.Return(output);
        Execute(next);
    }

    private Next OnSessionException(Exception e, Output output)
    {
        _set.Log.Write(LogLevel.Error, "transport", $"{RemoteEndPoint}: the session failed: {e}");
        _ending.Fault = Fault.Internal;
        ExpireSession(ExpiryReason.Fault, output);
        return Next.Close;
    }

    private void ExpireSession(ExpiryReason reason, Output output)
    {
        try
        {
            _session.Expire(reason, output);
        }
        catch (Exception e)
        {
            _set.Log.Write(LogLevel.Error, "transport", $"{RemoteEndPoint}: the session failed at its end: {e}");
        }
    }

    private void Execute(Next next)
    {
        _memory.HoldBuffers(_unconsumed.Capacity + _unsent.Capacity);
        if (_ending.IsLost && next != Next.Wait)
        {
            if (next is Next.StartTls or Next.BeginTls || !TryReadToEnd())
                Finish();
            return;
        }
        switch (next)
        {
            case Next.Read when _ending.IsInputEnded:
                Close();
                break;
            case Next.Read when _unconsumed.Length > UnconsumedLimit:
                _set.Log.Write(LogLevel.Error, "transport", $"{RemoteEndPoint}: the session leaves its input lying");
                _ending.Fault = Fault.Internal;
                Close();
                break;
            case Next.Read:
                _phase = _unsent.Length > SendQueueLimit ? Phase.Throttled : Phase.Read;
                break;
            case Next.Write:
                _receivesLeft--;
                _phase = IsSent ? Phase.Running : Phase.Write;
                break;
            case Next.Wait:
                _phase = Phase.Wait;
                StopClock();
                break;
            case Next.StartTls:
                BeginTls();
                break;
            case Next.BeginTls:
                BeginTls(_unconsumed.Detach());
                break;
            default:
                Close();
                break;
        }
    }
}
