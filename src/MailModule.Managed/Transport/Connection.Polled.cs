namespace MailModule.Transport;

// A plain connection that the poller watches: the poller says that there is something to read, and the owner reads.
internal sealed partial class Connection
{
    private Poller? _poller;
    private int _readiness;
    private volatile bool _isPeerEnded;

    private enum Readiness
    {
        /// <summary>The first event starts the connection.</summary>
        Starting,
        /// <summary>Nothing to read that we know of, and no thread waits for it.</summary>
        NotReadable,
        /// <summary>The next event is raised on the ownership word.</summary>
        Awaited,
        /// <summary>There is something to read.</summary>
        Readable,
        /// <summary>Not watched any more.</summary>
        Removed,
    }

    /// <summary>The tag by which the poller knows this connection; belongs to the poller.</summary>
    internal ulong PollTag { get; set; }

    /// <summary>From the poller's thread.</summary>
    internal void OnReadiness(bool isReadable, bool isAtEnd)
    {
        if (isAtEnd)
            _isPeerEnded = true;
        while (true)
        {
            var before = (Readiness)Volatile.Read(ref _readiness);
            if (before == Readiness.Removed || (before != Readiness.Starting && !isReadable))
                return;
            Readiness next = isReadable ? Readiness.Readable : Readiness.NotReadable;
            if (ExchangeReadiness(next, before) != before)
                continue;
            if (before == Readiness.Awaited)
                Raise(Events.Readable);
            else if (before == Readiness.Starting)
                ServeEvents();
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

    /// <summary>No further event tells of octets that a receive left over: they count as readable.</summary>
    private void ArmPolled()
    {
        if (_mayHaveMore || ExchangeReadiness(Readiness.Awaited, Readiness.NotReadable) == Readiness.Readable)
            Raise(Events.Readable);
    }

    private Readiness ExchangeReadiness(Readiness next, Readiness expected)
        => (Readiness)Interlocked.CompareExchange(ref _readiness, (int)next, (int)expected);

    private void OnReadable()
    {
        if (_poller is null || _phase == Phase.Closed)
            return; // the event came too late
        _isArmed = false;
        // Before the receive: a new event tells of what comes after it.
        Interlocked.Exchange(ref _readiness, (int)Readiness.NotReadable);
        ReceiveMore();
    }

    private void StopPolling()
    {
        if (_poller is not { } poller)
            return;
        _poller = null;
        _isArmed = false;
        Interlocked.Exchange(ref _readiness, (int)Readiness.Removed);
        poller.Remove(this);
    }
}
