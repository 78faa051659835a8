using System.Net;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>Whether a connection may be made.</summary>
internal enum Admission
{
    Admitted,
    /// <summary>There are too many, or the set is at its end.</summary>
    Full,
    TooManyOfAddress,
    /// <summary>Its address may not connect.</summary>
    Barred,
}

/// <summary>
/// The connections of one server or client: how many there are in all and for each address, their deadlines, and their
/// end. Any thread may call. One sweep a second looks at all of them; ten thousand cost it well under a millisecond.
/// </summary>
internal sealed class ConnectionSet : IDisposable, IJob
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Time for aborted connections to end: much more than they need, for a loaded machine.</summary>
    private static readonly TimeSpan AbortGrace = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The same while a callback of the host runs: one that only waits for its connection comes back in it.
    /// </summary>
    private static readonly TimeSpan CallbackGrace = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private readonly Lock _lock = new();
    private readonly HashSet<Connection> _connections = [];
    private readonly AddressCounts _perAddress;
    private readonly ManualResetEvent _isEmpty = new(true);
    private readonly ITimer _timer;
    private int _admitted;
    private bool _isStopping;
    private int _isSweeping;

    /// <param name="workers">Where slow work of the sessions and TLS runs; stays the caller's.</param>
    /// <param name="perAddress">Counts the connections of each address, perhaps together with other sets; null: those
    /// of this set.</param>
    public ConnectionSet(Workers workers, Log log, AddressCounts? perAddress = null)
    {
        Workers = workers;
        Log = log;
        _perAddress = perAddress ?? new AddressCounts();
        _timer = TimerThread.Shared.CreateTimer(
            static set => ((ConnectionSet)set!).RequestSweep(), this, SweepPeriod, SweepPeriod);
    }

    public Workers Workers { get; }
    public Log Log { get; }

    /// <summary>Watches plain connections; null: the platform's socket engine does.</summary>
    internal Poller? Poller { get; init; } = Poller.Sessions;

    /// <summary>Watches what is to become a connection; null where <see cref="Poller"/> is.</summary>
    internal Poller? ArrivalsPoller => Poller is null ? null : Poller.Arrivals;

    /// <summary>The time in milliseconds.</summary>
    internal Func<long> Clock { get; set; } = static () => Environment.TickCount64;

    /// <summary>Connections at most; more are refused. May change while running.</summary>
    public int Limit { get; set; } = int.MaxValue;

    /// <summary>
    /// Connections at most from an address, as <see cref="AddressCounts"/> counts; asked for each connection, on the
    /// thread that accepts it.
    /// </summary>
    public Func<IPAddress, int> LimitOf { get; set; } = static _ => int.MaxValue;

    /// <summary>What the sessions hold; while it is short, no more are admitted. Null: it is not counted.</summary>
    public SessionMemory? Memory { get; set; }

    public int Count
    {
        get
        {
            lock (_lock)
                return _admitted;
        }
    }

    /// <summary><see cref="Stop"/> has begun.</summary>
    public bool IsStopping
    {
        get
        {
            lock (_lock)
                return _isStopping;
        }
    }

    /// <summary>
    /// No new connections; idle ones are told and closed, busy ones may end what they do until the time is up, then
    /// they are aborted. False: a session still waits for a call of the host, or a worker, that has not come back; it
    /// closes when that does.
    /// </summary>
    /// <param name="calls">Those that a session may wait for; null: none does.</param>
    public bool Stop(TimeSpan timeout, HostCalls? calls = null)
    {
        foreach (Connection connection in BeginStop())
            connection.Raise(Events.Stopping);
        if (_isEmpty.WaitOne(timeout))
            return true;
        foreach (Connection connection in Snapshot())
            connection.Abort();
        return WaitForAborted(calls);
    }

    private bool WaitForAborted(HostCalls? calls)
    {
        long began = Environment.TickCount64;
        if (_isEmpty.WaitOne(CallbackGrace))
            return true;
        while (calls is not { IsAnyLongRunning: true }
            && Environment.TickCount64 - began < AbortGrace.TotalMilliseconds)
            if (_isEmpty.WaitOne(LookInterval))
                return true;
        return _isEmpty.WaitOne(TimeSpan.Zero);
    }

    /// <summary>Ends the sweep; after <see cref="Stop"/>.</summary>
    public void Dispose() => _timer.Dispose();

    /// <summary>One sweep over the deadlines, on a worker.</summary>
    void IJob.Run()
    {
        long now = Clock();
        foreach (Connection connection in Overdue(now))
            connection.Raise(Events.Idle);
        Volatile.Write(ref _isSweeping, 0);
    }

    /// <summary>
    /// Counts a connection in, before it is made; each true needs an <see cref="Add"/> or a <see cref="Release"/>.
    /// </summary>
    internal bool TryAdmit(IPAddress address) => Admit(address) == Admission.Admitted;

    /// <inheritdoc cref="TryAdmit"/>
    internal Admission Admit(IPAddress address)
    {
        int limit = LimitOf(address);
        lock (_lock)
        {
            if (_isStopping || _admitted >= Limit || Memory is { IsShort: true })
                return Admission.Full;
            if (!_perAddress.TryAdd(address, limit))
                return Admission.TooManyOfAddress;
            _admitted++;
            _isEmpty.Reset();
            return Admission.Admitted;
        }
    }

    internal void Add(Connection connection)
    {
        bool isLate;
        lock (_lock)
        {
            _connections.Add(connection);
            isLate = _isStopping;
        }
        if (isLate)
            connection.Raise(Events.Stopping);
    }

    internal void Remove(Connection connection)
    {
        lock (_lock)
            _connections.Remove(connection);
        Release(connection.RemoteEndPoint.Address);
    }

    /// <summary>Counts a connection for another address; false: that has too many, and nothing is changed.</summary>
    internal bool TryMove(IPAddress from, IPAddress to)
    {
        if (!_perAddress.TryAdd(to, LimitOf(to)))
            return false;
        _perAddress.Remove(from);
        return true;
    }

    internal void Release(IPAddress address)
    {
        lock (_lock)
        {
            _perAddress.Remove(address);
            if (--_admitted == 0)
                _isEmpty.Set();
        }
    }

    private Connection[] BeginStop()
    {
        lock (_lock)
        {
            _isStopping = true;
            return [.. _connections];
        }
    }

    private Connection[] Snapshot()
    {
        lock (_lock)
            return [.. _connections];
    }

    private List<Connection> Overdue(long now)
    {
        var overdue = new List<Connection>();
        lock (_lock)
            foreach (Connection connection in _connections)
                if (connection.IsOverdue(now))
                    overdue.Add(connection);
        return overdue;
    }

    private void RequestSweep()
    {
        bool isNeeded;
        lock (_lock)
            isNeeded = _connections.Count > 0;
        if (isNeeded && Interlocked.Exchange(ref _isSweeping, 1) == 0)
            Workers.Run(this);
    }
}
