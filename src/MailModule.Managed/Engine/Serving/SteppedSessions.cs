using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>The sessions of a server that its host steps. Any thread.</summary>
/// <param name="runJob">Carries on sessions that their host steps no more.</param>
/// <param name="calls">Those of the host, which a session may wait for.</param>
internal sealed class SteppedSessions(Action<IJob> runJob, HostCalls calls, Log log)
{
    /// <summary>Beyond the time of a stop, for what is cut: much more than that needs, for a loaded machine.</summary>
    private static readonly TimeSpan CutGrace = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly HashSet<SteppedServerSession> _sessions = [];
    private readonly ManualResetEvent _isEmpty = new(true);
    private bool _isStopped;

    /// <summary>None is under way.</summary>
    public bool IsEmpty => _isEmpty.WaitOne(TimeSpan.Zero);

    public Action<IJob> RunJob => runJob;
    public Log Log => log;

    /// <param name="session">Ready to be stepped.</param>
    /// <param name="limit">Sessions at most.</param>
    public Fault Add(SteppedServerSession session, int limit)
    {
        lock (_lock)
        {
            if (_isStopped)
                return FaultReason.Because(Fault.State, "the server is stopped");
            if (_sessions.Count >= limit)
                return FaultReason.Because(Fault.Limit, "there are too many sessions");
            _sessions.Add(session);
            _isEmpty.Reset();
            return Fault.None;
        }
    }

    /// <summary>The session is over, and its handlers have returned.</summary>
    public void Remove(SteppedServerSession session)
    {
        lock (_lock)
            if (_sessions.Remove(session) && _sessions.Count == 0)
                _isEmpty.Set();
    }

    /// <summary>None begins any more; each ends, at once or when it has what it waits for.</summary>
    public void Stop()
    {
        lock (_lock)
            _isStopped = true;
        foreach (SteppedServerSession session in Snapshot())
            session.Stop();
    }

    /// <summary>
    /// After <see cref="Stop"/>: waits for the end of all, and cuts them when the time is up. False: one is not at its
    /// end yet; it ends when it has what it waits for.
    /// </summary>
    public bool End(TimeSpan timeout)
    {
        if (_isEmpty.WaitOne(timeout))
            return true;
        foreach (SteppedServerSession session in Snapshot())
            session.Cut();
        long began = Environment.TickCount64;
        while (!calls.IsAnyLongRunning && Environment.TickCount64 - began < CutGrace.TotalMilliseconds)
            if (_isEmpty.WaitOne(LookInterval))
                return true;
        return _isEmpty.WaitOne(TimeSpan.Zero);
    }

    private SteppedServerSession[] Snapshot()
    {
        lock (_lock)
            return [.. _sessions];
    }
}
