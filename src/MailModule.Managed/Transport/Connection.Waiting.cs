using MailModule.Primitives;

namespace MailModule.Transport;

// For the worker that serves a pending wait: blocking reads and writes in the name of the session.
internal sealed partial class Connection
{
    private const int PieceSize = 64 * 1024;
    private volatile ManualResetEventSlim? _waiter;

    /// <summary>While a wait is pending, for the worker that serves it: blocks until the peer's octets are there.
    /// Returns what is buffered (at least one octet; valid until the next call here), or empty on loss, expiry or stop
    /// (see <see cref="Lost"/>).</summary>
    public ReadOnlySpan<byte> WaitForInput()
    {
        if (!Acquire())
            return [];
        bool isInTime = WaitUntil(HasInput);
        ReadOnlySpan<byte> octets = isInTime ? _unconsumed.Span : [];
        Release();
        return octets;
    }

    /// <summary>Why <see cref="WaitForInput"/> gave nothing; None where the peer has ended its side in order.</summary>
    public Fault WaitFault
    {
        get
        {
            if (Fault != Fault.None)
                return Fault;
            if (_ownership.Has(Events.Stopping))
                return Fault.Cancelled;
            return Lost ? Fault.Closed : Fault.None;
        }
    }

    /// <summary>Cuts octets from the front of what <see cref="WaitForInput"/> gave.</summary>
    public void Consume(int count) => _unconsumed.Consume(count);

    /// <summary>
    /// While a wait is pending, for the worker that serves it: sends all, blocking; false on loss or expiry.
    /// </summary>
    /// <remarks>Inside Advance, where there is nothing to wait for, what the peer does not take at once is
    /// queued.</remarks>
    public bool SendBlocking(ReadOnlySpan<byte> octets)
    {
        if (_advancingThread == Environment.CurrentManagedThreadId)
        {
            Send(octets);
            return !_isLost;
        }
        if (!Acquire())
            return false;
        bool isSent = true;
        while (isSent && !octets.IsEmpty)
        {
            int count = Math.Min(octets.Length, PieceSize);
            Send(octets[..count]);
            octets = octets[count..];
            isSent = WaitUntil(HasSent);
        }
        Release();
        return isSent && !_isLost;
    }

    /// <summary>True when there is input or none to wait for.</summary>
    private bool HasInput()
    {
        if (_unconsumed.Length > 0 || _isAtEnd)
            return true;
        if (_ownership.TryConsume(Events.Readable))
            OnReadable();
        if (_ownership.TryConsume(Events.Input))
            OnInput();
        if (_unconsumed.Length == 0 && !_isAtEnd && !_isArmed)
            Receive();
        return _unconsumed.Length > 0 || _isAtEnd;
    }

    private bool HasSent() => IsSent || _isLost;

    /// <summary>
    /// Serves the connection as its owner until <paramref name="isThere"/>, released while it sleeps; false when the
    /// time is up or the engine stops.
    /// </summary>
    private bool WaitUntil(Func<bool> isThere)
    {
        Touch();
        while (true)
        {
            ServeInWait();
            if (isThere())
                return true;
            if (Lost || _ownership.Has(Events.Stopping))
                return false;
            if (IsOverdue(Phase.Wait, Environment.TickCount64))
            {
                MarkLost(Fault.Timeout, "the peer is silent");
                return false;
            }
            Sleep();
        }
    }

    private void ServeInWait()
    {
        if (_ownership.TryConsume(Events.Sent))
            ContinueSending();
        if (_ownership.TryConsume(Events.Records))
            SendRecords();
    }

    private void Sleep()
    {
        ManualResetEventSlim waiter = _waiter ??= new ManualResetEventSlim();
        waiter.Reset();
        Interlocked.MemoryBarrier();
        bool isQuiet = !_ownership.Has(Events.Input | Events.Readable | Events.Aborted | Events.Stopping);
        Release();
        if (isQuiet)
            waiter.Wait(TimeSpan.FromSeconds(1));
        Acquire();
    }

    /// <summary>
    /// Waits until the thread that advanced the session has released the connection; false inside Advance itself, where
    /// there is no wait to serve.
    /// </summary>
    private bool Acquire()
    {
        if (_advancingThread == Environment.CurrentManagedThreadId)
            return false;
        var spin = new SpinWait();
        while (!_ownership.TryAcquire(Phase.Wait))
        {
            if (_isClosed)
                return false;
            spin.SpinOnce();
        }
        return true;
    }

    private void Release()
    {
        while (!_ownership.TryRelease(Phase.Wait))
        {
            ServeInWait();
            WakeWaiter();
        }
    }

    private void WakeWaiter() => _waiter?.Set();

    private void DropWaiter() => _waiter = null;
}
