namespace MailModule.Transport;

// A plain connection that the poller watches: it hears that there is something to read, and its owner reads.
public sealed partial class Connection
{
    private Poller? _poller;
    private int _readiness;
    private volatile bool _isEndNear;

    private enum Readiness
    {
        /// <summary>The first event starts the connection.</summary>
        Starting,
        /// <summary>Nothing to read that we know of, and nobody wants to hear.</summary>
        Quiet,
        /// <summary>The next event is raised on the gate.</summary>
        Armed,
        /// <summary>There is something to read.</summary>
        Ready,
        /// <summary>Not watched any more.</summary>
        Gone,
    }

    /// <summary>What the poller knows this connection by; the poller's.</summary>
    internal ulong PollTag { get; set; }

    /// <summary>From the poller's thread.</summary>
    internal void TakeReadiness(bool isReadable, bool isAtEnd)
    {
        if (isAtEnd)
            _isEndNear = true;
        while (true)
        {
            var before = (Readiness)Volatile.Read(ref _readiness);
            if (before == Readiness.Gone || (before != Readiness.Starting && !isReadable))
                return;
            Readiness next = isReadable ? Readiness.Ready : Readiness.Quiet;
            if (Interlocked.CompareExchange(ref _readiness, (int)next, (int)before) != (int)before)
                continue;
            if (before == Readiness.Armed)
                Raise(Events.Readable);
            else if (before == Readiness.Starting)
                GoOn();
            return;
        }
    }

    /// <summary>True: the poller's thread will start the connection.</summary>
    private bool TryStartPolled()
    {
        _poller = _set.Poller;
        if (_poller is null || _poller.TryAdd(this))
            return _poller is not null;
        _poller = null;
        return false;
    }

    /// <summary>What a receive left over is told by no further event: it counts as ready.</summary>
    private void ArmPolled()
    {
        if (_mayHaveMore || Interlocked.CompareExchange(ref _readiness, (int)Readiness.Armed, (int)Readiness.Quiet) == (int)Readiness.Ready)
            Raise(Events.Readable);
    }

    private void TakeReadable()
    {
        if (_poller is null || _phase == Phase.Closed)
            return; // told too late
        _isArmed = false;
        // Before the receive: what comes after it is told anew.
        Interlocked.Exchange(ref _readiness, (int)Readiness.Quiet);
        ReceiveMore();
    }

    private void StopPolling()
    {
        if (_poller is not { } poller)
            return;
        _poller = null;
        _isArmed = false;
        Interlocked.Exchange(ref _readiness, (int)Readiness.Gone);
        poller.Remove(this);
    }
}
