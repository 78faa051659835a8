using MailModule.Primitives;

namespace MailModule.Engine.Serving;

/// <summary>The sessions of a server that its host steps. Any thread.</summary>
internal sealed class SteppedSessions
{
    private readonly Lock _lock = new();
    private readonly HashSet<SteppedSmtp> _sessions = [];
    private bool _isStopped;

    /// <param name="limit">Sessions at most.</param>
    public Fault Add(SteppedSmtp session, int limit)
    {
        lock (_lock)
        {
            if (_isStopped)
                return FaultReason.Because(Fault.State, "the server is stopped");
            if (_sessions.Count >= limit)
                return FaultReason.Because(Fault.Limit, "there are too many sessions");
            _sessions.Add(session);
            return Fault.None;
        }
    }

    public void Remove(SteppedSmtp session)
    {
        lock (_lock)
            _sessions.Remove(session);
    }

    /// <summary>None begins any more; each ends at its next step.</summary>
    public void Stop()
    {
        SteppedSmtp[] all;
        lock (_lock)
        {
            _isStopped = true;
            all = [.. _sessions];
        }
        foreach (SteppedSmtp session in all)
            session.Stop();
    }
}
