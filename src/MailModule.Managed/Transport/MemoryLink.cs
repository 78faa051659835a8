using System.Net;

namespace MailModule.Transport;

/// <summary>
/// One end of a pair in memory: what one end sends, the other receives. Each direction holds so much, then its sender
/// waits for room, as on a socket. Who sends tells the other's owner on its own thread.
/// </summary>
internal sealed class MemoryLink : ILink
{
    private readonly Lock _lock;
    private readonly int _capacity;
    private MemoryLink _peer = null!;
    private ILinkOwner? _owner;
    private PooledBuffer _received;
    private bool _isInputAwaited;
    private bool _isRoomAwaited;
    private bool _isPeerEnded;
    private bool _isBroken;

    private MemoryLink(Lock both, int capacity)
    {
        _lock = both;
        _capacity = capacity;
    }

    public IPEndPoint RemoteEndPoint { get; init; } = new(IPAddress.Loopback, 0);
    public string? Failure { get; private set; }

    public bool HasUnread
    {
        get
        {
            lock (_lock)
                return _received.Length > 0;
        }
    }

    public static (MemoryLink One, MemoryLink Other) CreatePair(int capacity = 64 * 1024)
    {
        var both = new Lock();
        var one = new MemoryLink(both, capacity);
        var other = new MemoryLink(both, capacity) { _peer = one };
        one._peer = other;
        return (one, other);
    }

    public bool TryBegin(ILinkOwner owner)
    {
        _owner = owner;
        owner.OnBegun();
        return true;
    }

    public bool AwaitInput()
    {
        lock (_lock)
        {
            _isInputAwaited = _received.Length == 0 && !_isPeerEnded && !_isBroken;
            return !_isInputAwaited;
        }
    }

    public Transfer Receive(Memory<byte> target)
    {
        bool isRoomAwaited;
        int count;
        lock (_lock)
        {
            count = Math.Min(_received.Length, target.Length);
            if (count == 0)
                return _isPeerEnded ? Transfer.Ended : _isBroken ? Fail() : Transfer.Again;
            _received.Span[..count].CopyTo(target.Span);
            _received.Consume(count);
            isRoomAwaited = _peer._isRoomAwaited;
            _peer._isRoomAwaited = false;
        }
        if (isRoomAwaited)
            _peer._owner?.OnRoom();
        return Transfer.Moved(count);
    }

    public Transfer Send(ReadOnlySpan<byte> octets)
    {
        bool isInputAwaited;
        int count;
        lock (_lock)
        {
            if (_isBroken)
                return Fail();
            count = Math.Min(octets.Length, _capacity - _peer._received.Length);
            _peer._received.Append(octets[..count]);
            _isRoomAwaited = count < octets.Length;
            isInputAwaited = count > 0 && _peer.TakeAwaited();
        }
        if (isInputAwaited)
            _peer._owner?.OnInput();
        return Transfer.Moved(count);
    }

    public bool EndOutput()
    {
        _peer.End(isEnded: true, isBroken: false);
        return true;
    }

    public void Abort()
    {
        End(isEnded: false, isBroken: true);
        _peer.End(isEnded: false, isBroken: true);
    }

    /// <summary>
    /// The other end still gets what was sent to it, and can send nothing from the moment on in which what it has sent
    /// is given back.
    /// </summary>
    public void Close()
    {
        Readiness ofPeer;
        lock (_lock)
        {
            _isBroken = true;
            _isInputAwaited = _isRoomAwaited = false;
            _received.Clear();
            ofPeer = _peer.MarkEnd(isEnded: true, isBroken: true);
        }
        _peer.Tell(ofPeer);
    }

    private void End(bool isEnded, bool isBroken)
    {
        Readiness there;
        lock (_lock)
            there = MarkEnd(isEnded, isBroken);
        Tell(there);
    }

    /// <summary>In the lock. What the owner waited for and has to be told of.</summary>
    private Readiness MarkEnd(bool isEnded, bool isBroken)
    {
        _isPeerEnded |= isEnded;
        _isBroken |= isBroken;
        Readiness there = TakeAwaited() ? Readiness.Input : Readiness.None;
        if (isBroken && _isRoomAwaited)
            there |= Readiness.Room;
        _isRoomAwaited &= !isBroken;
        return there;
    }

    private void Tell(Readiness there)
    {
        if ((there & Readiness.Input) != 0)
            _owner?.OnInput();
        if ((there & Readiness.Room) != 0)
            _owner?.OnRoom();
    }

    private bool TakeAwaited()
    {
        bool isAwaited = _isInputAwaited;
        _isInputAwaited = false;
        return isAwaited;
    }

    private Transfer Fail()
    {
        Failure = "the other end is closed";
        return Transfer.Failed;
    }
}
