using System.Net;
using MailModule.Primitives;
using MailModule.Transport.Proxies;

namespace MailModule.Transport.Blocking;

/// <summary>
/// A connection whose caller's thread waits for it: no thread of ours has a part in it. One thread at a time, save
/// <see cref="Cancel"/>. What a call returns is how it came out; <see cref="Error"/> has the details of a failure.
/// </summary>
/// <remarks>
/// In clear text sending is one system call, and so is receiving, where the system's calls wait by themselves
/// (Linux); nothing is allocated. SIGPIPE is never raised, and the thread's signal mask is not touched.
/// </remarks>
internal sealed class BlockingConnection(BlockingTimeouts timeouts) : IDisposable
{
    private readonly Cancellation _cancellation = new();
    private BlockingLink? _link;
    private TlsLink? _tls;
    private PooledBuffer _received;

    /// <summary>For waits that begin later.</summary>
    public BlockingTimeouts Timeouts { get; set; } = timeouts;

    /// <summary>Of the last call that failed, since the last connect.</summary>
    public ConnectionError? Error { get; private set; }

    public bool IsOpen => _link is not null;

    public bool IsCancelled => _cancellation.IsCancelled;

    /// <summary>What goes over it is protected: by TLS of ours, or as the host says of its transport.</summary>
    public bool IsSecure => _tls?.Tls is not null || _link is HostLink { IsSecure: true };

    /// <summary>What was agreed in the handshake; null in clear text, and where the host does TLS.</summary>
    public TlsSession? Tls => _tls?.Tls;

    /// <summary>
    /// The binding tls-server-end-point (RFC 5929 §4); null: no TLS of ours, or a certificate for which there is none.
    /// </summary>
    public byte[]? EndPointBinding => Tls?.EndPointBinding;

    /// <summary>Who was connected to: the proxy, where there is one. It stays known after the end.</summary>
    public IPEndPoint? RemoteEndPoint { get; private set; }

    public IPAddress? LocalAddress => _link?.LocalAddress;

    /// <summary>The socket's, or -1. It stays the connection's, and may block.</summary>
    public nint Descriptor => _link?.Descriptor ?? -1;

    /// <summary>Input that has been received and not consumed; valid until the next call.</summary>
    public ReadOnlySpan<byte> Unconsumed => _received.Span;

    /// <summary>
    /// Tries one address after the other until one takes the connection. What is open is closed before; a cancel
    /// stays.
    /// </summary>
    /// <param name="proxy">Whose address is known; null: straight there.</param>
    /// <param name="targetName">With a proxy: what it resolves, in place of the addresses; only the first one's port
    /// counts then.</param>
    public Fault Connect(IReadOnlyList<IPEndPoint> addresses, ProxyAddress? proxy = null, string? targetName = null)
    {
        CloseLink();
        Error = null;
        RemoteEndPoint = null;
        if (addresses.Count == 0)
            return Fail(Fault.Argument, ErrorLayer.Use, "there is no address to connect to");
        if (!_cancellation.TryPrepare())
            return Fail(Fault.Full, ErrorLayer.Connect, FaultWords.Of(Fault.Full));
        bool isOne = proxy is not null && targetName is not null;
        foreach (IPEndPoint address in isOne ? addresses.Take(1) : addresses)
        {
            if (_cancellation.IsCancelled)
                return FailCancelled();
            var attempt = new BlockingConnect(proxy, Timeouts.Connect, _cancellation);
            _link = attempt.Run(address, targetName);
            Error = attempt.Error;
            _received.Append(attempt.Early);
            if (_link is not null || Error!.Fault is Fault.Cancelled or Fault.Full)
                break;
        }
        RemoteEndPoint = _link?.RemoteEndPoint ?? Error!.Peer;
        return Error?.Fault ?? Fault.None;
    }

    /// <summary>
    /// Takes a host's transport: in place of a socket where nothing is connected, else above the connection's own,
    /// whose input before counts for nothing. From here on it is the connection's, which closes it, also if this
    /// fails.
    /// </summary>
    public Fault Attach(IHostTransport transport, IPEndPoint? peer = null)
    {
        var below = _link as BlockingSocketLink;
        bool hasSocket = transport.CanWait || transport.Socket != -1 || below is not null;
        Fault fault = (_link is not null && below is null) || _tls is not null
                ? Fail(Fault.State, ErrorLayer.Use, "something stands above the socket already")
            : !hasSocket ? Fail(Fault.Argument, ErrorLayer.Use, "there is no socket to wait for, and no wait")
            : _cancellation.TryPrepare() ? Fault.None
            : Fail(Fault.Full, ErrorLayer.Connect, FaultWords.Of(Fault.Full));
        if (fault != Fault.None)
        {
            transport.Close();
            return fault;
        }
        _received.Clear();
        _link = new HostLink(transport, below, peer, _cancellation);
        RemoteEndPoint = peer ?? below?.RemoteEndPoint;
        return Fault.None;
    }

    /// <summary>Makes the handshake. What was received before it counts for nothing (RFC 3207 §4.2).</summary>
    public Fault BeginTls(TlsClientSettings settings)
    {
        _received.Clear();
        if (Begin(Timeouts.Connect, Timeouts.Connect) is not Fault.None and var fault)
            return fault;
        if (_tls is not null)
            return Fail(Fault.State, ErrorLayer.Use, "TLS is there already");
        var owner = new LateSteps();
        _tls = new TlsLink(_link!, owner, settings, default);
        Transfer step;
        while ((step = _tls.Handshake()).State == TransferState.Again && _link!.Obstacle == Fault.None)
            owner.Wait();
        return step.State == TransferState.Moved && _link!.Obstacle == Fault.None ? Fault.None : FailHandshake(_tls);
    }

    /// <summary>
    /// Sends all of it. A failure does not end reading: what the peer has said before it closed can be received.
    /// </summary>
    public Fault Send(ReadOnlySpan<byte> octets)
    {
        if (Begin(Timeouts.Send, Timeouts.Receive) is not Fault.None and var fault)
            return fault;
        while (!octets.IsEmpty)
        {
            Transfer sent = Top.Send(octets);
            if (sent.State == TransferState.Failed || _link!.Obstacle != Fault.None)
                return FailTransfer();
            octets = octets[sent.Count..];
        }
        return Fault.None;
    }

    /// <summary>
    /// Receives at least one octet more, behind those that are there. Fault.Closed: the peer has ended its side.
    /// </summary>
    public Fault Receive() => Receive(Timeouts.Receive);

    /// <inheritdoc cref="Receive()"/>
    /// <param name="atMost">In place of the time-out.</param>
    public Fault Receive(TimeSpan atMost)
    {
        if (Begin(Timeouts.Send, atMost) is not Fault.None and var fault)
            return fault;
        Memory<byte> room = _received.Room(ILink.LeastRoom);
        Transfer received;
        do
            received = Top.Receive(room);
        while (received.State == TransferState.Again && _link!.Obstacle == Fault.None);
        _received.Added(received.Count);
        return received.State switch
        {
            TransferState.Moved => Fault.None,
            TransferState.Ended => Fail(Fault.Closed, ErrorLayer.Network, "the peer closed the connection"),
            _ => FailTransfer(),
        };
    }

    public void Consume(int count) => _received.Consume(count);

    /// <summary>
    /// Waits until one of these is there: octets or their end, room. Fault.Timeout if none is; the connection stays.
    /// </summary>
    public Fault Wait(Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        there = Readiness.None;
        if (Begin(Timeouts.Send, Timeouts.Receive) is not Fault.None and var fault)
            return fault;
        if ((wanted & Readiness.Input) != 0 && (_received.Length > 0 || Top.AwaitInput()))
        {
            there = Readiness.Input;
            return Fault.None;
        }
        return _link!.Await(wanted, atMost, out there) == Fault.None ? Fault.None : FailTransfer();
    }

    /// <summary>Waits for what another thread ends.</summary>
    /// <param name="begin">Gets what ends the wait: any thread may call it, more than once, also late; and a token that
    /// is cancelled when the wait ends without.</param>
    public Fault WaitFor(Action<Action, CancellationToken> begin, TimeSpan atMost)
    {
        if (_cancellation.IsCancelled)
            return FailCancelled();
        using var source = new CancellationTokenSource();
        var ended = new ManualResetEventSlim(); // not disposed: an end may come late
        begin(ended.Set, source.Token);
        Action? before = _cancellation.Interrupts(ended.Set);
        bool isInTime = ended.Wait(atMost);
        _cancellation.Interrupts(before);
        if (isInTime && !_cancellation.IsCancelled)
            return Fault.None;
        source.Cancel();
        return _cancellation.IsCancelled
            ? FailCancelled()
            : Fail(Fault.Timeout, ErrorLayer.Resolve, FaultWords.Of(Fault.Timeout));
    }

    /// <inheritdoc cref="WaitFor(Action{Action, CancellationToken}, TimeSpan)"/>
    /// <summary>Waits for a task's end; how it ended is the caller's to see.</summary>
    public Fault WaitFor(Func<CancellationToken, Task> begin, TimeSpan atMost) => WaitFor(
        (end, cancel) => begin(cancel).ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(end), atMost);

    /// <summary>Any thread: every wait ends with Fault.Cancelled, now and later, until <see cref="Close"/>.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <summary>The descriptor, for somebody who uses it too: from now on it does not block.</summary>
    public nint ShareDescriptor()
    {
        _link?.StopBlocking();
        return Descriptor;
    }

    /// <summary>Who was spoken to, and what went wrong, is known no longer; for one that is closed.</summary>
    public void Forget() => (RemoteEndPoint, Error) = (null, null);

    /// <summary>Without a word but TLS's close_notify, if that goes at once. Lifts a cancel; may be connected anew.
    /// </summary>
    public void Close()
    {
        CloseLink();
        _cancellation.Lift();
    }

    public void Dispose()
    {
        CloseLink();
        _cancellation.Dispose();
    }

    private ILink Top => _tls as ILink ?? _link!;

    private Fault Begin(TimeSpan sendLimit, TimeSpan receiveLimit)
    {
        if (_cancellation.IsCancelled)
            return FailCancelled();
        if (_link is null)
            return Fail(Fault.State, ErrorLayer.Use, "there is no connection");
        _link.Forget();
        _link.SendLimit = sendLimit;
        _link.ReceiveLimit = receiveLimit;
        _link.InAll = Timeouts.InAll;
        return Fault.None;
    }

    private void CloseLink()
    {
        _received.Clear();
        if (_link is null)
            return;
        if (_tls is not null)
            NotifyClose(_link, _tls);
        Top.Close();
        _link = null;
        _tls = null;
    }

    private static void NotifyClose(BlockingLink link, TlsLink tls)
    {
        link.Forget();
        link.StopBlocking();
        link.SendLimit = TimeSpan.Zero;
        tls.NotifyClose();
    }

    /// <summary>The socket's obstacle if there is one, else TLS's.</summary>
    private Fault FailTransfer()
    {
        BlockingLink link = _link!;
        if (link.Obstacle == Fault.Cancelled)
            return FailCancelled();
        if (link.Obstacle != Fault.None)
            return Fail(new ConnectionError(
                link.Obstacle, link.IsHosts ? ErrorLayer.Host : ErrorLayer.Network, link.Failure!)
            {
                SystemError = link.SystemError,
            });
        return Fail(new ConnectionError(Fault.Tls, ErrorLayer.Tls, Top.Failure ?? FaultWords.Of(Fault.Tls))
        {
            TlsAlert = _tls?.Alert ?? -1,
        });
    }

    private Fault FailHandshake(TlsLink tls)
    {
        if (_link!.Obstacle is Fault.Timeout or Fault.Cancelled && tls.Failure is null)
            return Fail(new ConnectionError(_link.Obstacle, ErrorLayer.Tls, _link.Failure!));
        CertificateCheck? shown = tls.Certificate is { IsRefused: true } ? tls.Certificate : null;
        Fault fault = shown is { Problems: CertificateProblems.Name } ? Fault.CertificateName : Fault.Tls;
        return Fail(new ConnectionError(fault, ErrorLayer.Tls, tls.Failure ?? FaultWords.Of(Fault.Tls))
        {
            SystemError = _link.SystemError,
            TlsAlert = tls.Alert ?? -1,
            Certificate = shown?.Problems ?? CertificateProblems.None,
        });
    }

    private Fault FailCancelled() => Fail(Fault.Cancelled, ErrorLayer.Host, FaultWords.Of(Fault.Cancelled));

    private Fault Fail(Fault fault, ErrorLayer layer, string text) => Fail(new ConnectionError(fault, layer, text));

    private Fault Fail(ConnectionError error)
    {
        ErrorLayer layer = error.Fault == Fault.Cancelled ? ErrorLayer.Host : error.Layer;
        Error = error with { Layer = layer, Peer = RemoteEndPoint };
        return error.Fault;
    }

    /// <summary>For a handshake that leaves our thread, which it does on no system that we know of.</summary>
    private sealed class LateSteps : ILinkOwner
    {
        private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);
        private readonly ManualResetEventSlim _isCarriedOn = new();

        public void Wait() => _isCarriedOn.Wait(s_look);

        public void OnBegun()
        {
        }

        public void OnInput() => _isCarriedOn.Set();

        public void OnRoom()
        {
        }
    }
}
