using MailModule.Transport;

namespace MailModule.Tests.Support;

/// <summary>
/// A host that moves octets itself: to and from the end of a memory link, so much at a time, and "again" between.
/// </summary>
internal sealed class ScriptedHost : IHostOctets, ILinkOwner
{
    private readonly MemoryLink _link;
    private readonly int _most;
    private readonly AutoResetEvent _woken = new(false);
    private readonly byte[] _buffer = new byte[ILink.LeastRoom];
    private ReadOnlyMemory<byte> _left;
    private bool _isReadDue;
    private bool _isWriteDue;
    private volatile bool _isInterrupted;
    private int _waiting;

    /// <param name="most">Octets that one read or write moves.</param>
    public ScriptedHost(MemoryLink link, int most)
    {
        _link = link;
        _most = most;
        Assert.True(link.TryBegin(this));
    }

    /// <summary>What each wait was for.</summary>
    public List<Readiness> Waits { get; } = [];

    /// <summary>A wait is about to block.</summary>
    public SemaphoreSlim Blocks { get; } = new(0);

    /// <summary>Writes are taken; set by the test.</summary>
    public volatile bool HasRoom = true;

    /// <summary>What a wait throws; set by the test.</summary>
    public volatile Exception? WaitFailure;

    public int Interrupts;
    public int Closes;
    public ManualResetEventSlim Closed { get; } = new();

    public void OnBegun()
    {
    }

    public void OnInput() => _woken.Set();
    public void OnRoom() => _woken.Set();
    public void Wake() => _woken.Set();

    public Transfer Read(Span<byte> target)
    {
        _isReadDue = !_isReadDue;
        if (!_isReadDue)
            return Transfer.Again;
        if (_left.IsEmpty)
        {
            Transfer received = _link.Receive(_buffer);
            if (received.State != TransferState.Moved)
                return received;
            _left = _buffer.AsMemory(0, received.Count);
        }
        int count = Math.Min(Math.Min(_most, target.Length), _left.Length);
        _left.Span[..count].CopyTo(target);
        _left = _left[count..];
        return Transfer.Moved(count);
    }

    public Transfer Write(ReadOnlySpan<byte> octets)
    {
        _isWriteDue = !_isWriteDue;
        if (!_isWriteDue || !HasRoom)
            return Transfer.Again;
        Transfer sent = _link.Send(octets[..Math.Min(_most, octets.Length)]);
        return sent is { State: TransferState.Moved, Count: 0 } ? Transfer.Again : sent;
    }

    public Readiness Wait(Readiness wanted, TimeSpan atMost)
    {
        if (WaitFailure is { } failure)
            throw failure;
        Assert.Equal(1, Interlocked.Increment(ref _waiting));
        lock (Waits)
            Waits.Add(wanted);
        Readiness there = Readiness.None;
        while (!_isInterrupted && (there = There() & wanted) == Readiness.None)
        {
            Blocks.Release();
            if (!_woken.WaitOne(atMost))
                break;
        }
        _isInterrupted = false;
        Interlocked.Decrement(ref _waiting);
        return there;
    }

    public void Interrupt()
    {
        Interlocked.Increment(ref Interrupts);
        _isInterrupted = true;
        _woken.Set();
    }

    public void Close()
    {
        Interlocked.Increment(ref Closes);
        _link.Close();
        Closed.Set();
    }

    private Readiness There()
        => (!_left.IsEmpty || _link.AwaitInput() ? Readiness.Input : Readiness.None)
            | (HasRoom ? Readiness.Room : Readiness.None);
}
