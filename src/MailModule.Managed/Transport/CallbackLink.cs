using System.Net;

namespace MailModule.Transport;

/// <summary>
/// A link whose octets a host moves by callbacks of its own. What answers "again" is waited for by a worker in the
/// host's wait, which is interrupted whenever more is to be waited for than before.
/// </summary>
/// <remarks>
/// Closing is the last call to the host: every interruption is made in the lock, and none once <see cref="_isClosed"/>
/// is set in it; the host is closed after that, by the owner, or by the worker when its wait has ended.
/// </remarks>
internal sealed class CallbackLink(IHostOctets host, Workers workers) : ILink, IJob
{
    private static readonly TimeSpan WaitPeriod = TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    private ILinkOwner _owner = null!;
    private Readiness _wanted;
    private bool _hasWorker;
    private bool _isInWait;
    private bool _isClosed;
    private bool _mayHaveMore;
    private volatile bool _isAborted;
    private volatile string? _waitFailure;

    public IPEndPoint RemoteEndPoint { get; init; } = new(IPAddress.Loopback, 0);
    public string? Failure { get; private set; }
    public bool HasUnread => false;

    public bool TryBegin(ILinkOwner owner)
    {
        _owner = owner;
        owner.OnBegun();
        return true;
    }

    public bool AwaitInput()
    {
        if (_mayHaveMore || _isAborted)
            return true;
        Want(Readiness.Input);
        return false;
    }

    public Transfer Receive(Memory<byte> target)
    {
        if (_isAborted)
            return FailAborted();
        Transfer received = host.Read(target.Span);
        _mayHaveMore = received.State == TransferState.Moved;
        return received.State == TransferState.Failed ? Fail("the host cannot read") : received;
    }

    public Transfer Send(ReadOnlySpan<byte> octets)
    {
        int taken = 0;
        while (taken < octets.Length)
        {
            if (_isAborted)
                return FailAborted();
            Transfer written = host.Write(octets[taken..]);
            if (written.State == TransferState.Failed)
                return Fail("the host cannot write");
            taken += written.Count;
            if (written.Count > 0)
                continue;
            Want(Readiness.Room);
            break;
        }
        return Transfer.Moved(taken);
    }

    public bool EndOutput() => false;

    public void Abort()
    {
        _isAborted = true;
        lock (_lock)
            if (!_isClosed)
                host.Interrupt();
    }

    public void Close()
    {
        bool hasWorker;
        lock (_lock)
        {
            _isClosed = true;
            hasWorker = _hasWorker;
            if (_isInWait)
                host.Interrupt();
        }
        if (!hasWorker)
            host.Close(); // else its worker does
    }

    /// <summary>On a worker: waits for as long as something is wanted.</summary>
    void IJob.Run()
    {
        while (BeginWait() is var wanted && wanted != Readiness.None)
        {
            Readiness there = EndWait(Wait(wanted));
            if ((there & Readiness.Room) != 0)
                _owner.OnRoom();
            if ((there & Readiness.Input) != 0)
                _owner.OnInput();
        }
    }

    private void Want(Readiness more)
    {
        bool hasWorker;
        lock (_lock)
        {
            bool isNew = (_wanted & more) == 0;
            _wanted |= more;
            hasWorker = _hasWorker;
            _hasWorker = true;
            if (isNew && _isInWait && !_isClosed)
                host.Interrupt();
        }
        if (!hasWorker)
            workers.Run(this);
    }

    /// <summary>A host whose wait fails is as good as one that has been aborted.</summary>
    private Readiness Wait(Readiness wanted)
    {
        try
        {
            return host.Wait(wanted, WaitPeriod);
        }
        catch (Exception e)
        {
            _waitFailure = e.Message;
            _isAborted = true;
            return wanted;
        }
    }

    /// <summary>None: there is nothing to wait for, and no worker any more.</summary>
    private Readiness BeginWait()
    {
        bool isClosed;
        lock (_lock)
        {
            isClosed = _isClosed;
            _isInWait = _hasWorker = _wanted != Readiness.None && !isClosed;
            if (_isInWait)
                return _wanted;
        }
        if (isClosed)
            host.Close();
        return Readiness.None;
    }

    /// <summary>What was wanted and is there. After an abort that is all: whoever tries, fails.</summary>
    private Readiness EndWait(Readiness found)
    {
        lock (_lock)
        {
            _isInWait = false;
            Readiness there = _isClosed ? Readiness.None : (_isAborted ? _wanted : found & _wanted);
            _wanted &= ~there;
            return there;
        }
    }

    private Transfer FailAborted()
        => Fail(_waitFailure is { } why ? $"the host cannot wait: {why}" : "aborted");

    private Transfer Fail(string why)
    {
        Failure = why;
        return Transfer.Failed;
    }
}
