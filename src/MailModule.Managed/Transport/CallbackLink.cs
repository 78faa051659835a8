using System.Net;

namespace MailModule.Transport;

/// <summary>
/// A link whose octets a host moves by callbacks of its own. What answers "again" is waited for by a worker in the
/// host's wait, which is interrupted whenever more is to be waited for than before.
/// </summary>
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

    public IPEndPoint RemoteEndPoint { get; init; } = new(IPAddress.Loopback, 0);
    public IPEndPoint LocalEndPoint { get; init; } = new(IPAddress.Loopback, 0);
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

    public Transfer Receive(Memory<byte> target, bool mayTakeLong)
    {
        if (_isAborted)
            return Fail("aborted");
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
                return Fail("aborted");
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
        host.Interrupt();
    }

    public void Close()
    {
        bool hasWorker;
        lock (_lock)
        {
            _isClosed = true;
            hasWorker = _hasWorker;
        }
        if (hasWorker)
            host.Interrupt(); // its worker closes
        else
            host.Close();
    }

    /// <summary>On a worker: waits for as long as something is wanted.</summary>
    void IJob.Run()
    {
        while (BeginWait() is var wanted && wanted != Readiness.None)
        {
            Readiness there = EndWait(host.Wait(wanted, WaitPeriod));
            if ((there & Readiness.Room) != 0)
                _owner.OnRoom();
            if ((there & Readiness.Input) != 0)
                _owner.OnInput();
        }
    }

    private void Want(Readiness more)
    {
        bool isNew, hasWorker, isInWait;
        lock (_lock)
        {
            isNew = (_wanted & more) == 0;
            _wanted |= more;
            hasWorker = _hasWorker;
            isInWait = _isInWait;
            _hasWorker = true;
        }
        if (!hasWorker)
            workers.Run(this);
        else if (isNew && isInWait)
            host.Interrupt();
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

    private Transfer Fail(string why)
    {
        Failure = why;
        return Transfer.Failed;
    }
}
