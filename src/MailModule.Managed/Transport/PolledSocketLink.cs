using System.Net;
using System.Net.Sockets;

namespace MailModule.Transport;

/// <summary>
/// A socket that the poller watches: the poller says that there is something to read, and the owner reads. An edge is
/// told once, so nothing may be left over: a receive that fills its room is followed by another, and so is every one
/// after the peer's end has been told, for it may have been told with the octets.
/// </summary>
internal sealed class PolledSocketLink(Socket socket, Poller poller, IPEndPoint? remote)
    : SocketLink(socket, remote), IPolled
{
    private ILinkOwner _owner = null!;
    private int _readiness;
    private volatile bool _isPeerEnded;
    private volatile bool _wantsRoom;
    private volatile bool _isReset;

    private enum InputState
    {
        /// <summary>The first event begins.</summary>
        Starting,
        /// <summary>Nothing to read that we know of, and the owner does not wait for it.</summary>
        NotReadable,
        /// <summary>The next event is told to the owner.</summary>
        Awaited,
        /// <summary>There is something to read.</summary>
        Readable,
        /// <summary>Not watched any more.</summary>
        Removed,
    }

    public override bool IsFlushed => true;
    public override bool IsReset => _isReset;

    /// <summary>The tag by which the poller knows this link; belongs to the poller.</summary>
    public ulong PollTag { get; set; }

    public override bool TryBegin(ILinkOwner owner)
    {
        _owner = owner;
        return poller.TryAdd(this);
    }

    public override bool AwaitInput()
        => MayHaveMore || Exchange(InputState.Awaited, InputState.NotReadable) == InputState.Readable;

    public override Transfer Receive(Memory<byte> target)
    {
        // Before the receive: a new event tells of what comes after it.
        if ((InputState)Volatile.Read(ref _readiness) != InputState.NotReadable)
            Interlocked.Exchange(ref _readiness, (int)InputState.NotReadable);
        Transfer received = base.Receive(target);
        MayHaveMore |= received.Count > 0 && _isPeerEnded;
        return received;
    }

    public override Transfer Send(ReadOnlySpan<byte> octets)
    {
        Transfer sent = SendNow(octets);
        if (sent.State == TransferState.Failed || sent.Count == octets.Length)
            return sent;
        _wantsRoom = true;
        Interlocked.MemoryBarrier();
        // Once more: the event may have come before it was wanted.
        Transfer more = SendNow(octets[sent.Count..]);
        if (more.State == TransferState.Failed)
            return more;
        int taken = sent.Count + more.Count;
        if (taken == octets.Length)
            _wantsRoom = false;
        return Transfer.Moved(taken);
    }

    public override void Close()
    {
        Interlocked.Exchange(ref _readiness, (int)InputState.Removed);
        poller.Remove(this);
        base.Close();
    }

    /// <summary>From the poller's thread.</summary>
    public void OnBroken()
    {
        _isReset = true;
        Interlocked.MemoryBarrier(); // who begins to wait for something else from now on sees it
        _owner.OnReset();
    }

    /// <summary>From the poller's thread.</summary>
    public void OnReadiness(bool isReadable, bool isWritable, bool isAtEnd)
    {
        if (isAtEnd)
            _isPeerEnded = true;
        if (_wantsRoom && (isWritable || isAtEnd))
        {
            _wantsRoom = false;
            _owner.OnRoom();
        }
        while (true)
        {
            var before = (InputState)Volatile.Read(ref _readiness);
            if (before == InputState.Removed || (before != InputState.Starting && !isReadable))
                return;
            InputState next = isReadable ? InputState.Readable : InputState.NotReadable;
            if (Exchange(next, before) != before)
                continue;
            if (before == InputState.Awaited)
                _owner.OnInput();
            else if (before == InputState.Starting)
                _owner.OnBegun();
            return;
        }
    }

    private InputState Exchange(InputState next, InputState expected)
        => (InputState)Interlocked.CompareExchange(ref _readiness, (int)next, (int)expected);
}
