namespace MailModule.Engine.Serving.Handlers;

/// <summary>The answers that handlers owe to sessions of one server. Any thread.</summary>
/// <param name="clock">Its timers must not need a thread each.</param>
internal sealed class PendingAnswers(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly HashSet<PendingAnswer> _owed = [];
    private long _endsAt = long.MaxValue;

    public TimeProvider Clock => clock;

    public int Count
    {
        get
        {
            lock (_lock)
                return _owed.Count;
        }
    }

    public void Add(PendingAnswer answer)
    {
        lock (_lock)
            _owed.Add(answer);
    }

    public void Remove(PendingAnswer answer)
    {
        lock (_lock)
            _owed.Remove(answer);
    }

    /// <summary>How long an answer may take that is owed from now on.</summary>
    public TimeSpan Until(TimeSpan timeout)
    {
        long left = Volatile.Read(ref _endsAt) - Environment.TickCount64;
        return left < timeout.TotalMilliseconds ? TimeSpan.FromMilliseconds(Math.Max(0, left)) : timeout;
    }

    /// <summary>The server stops: what is owed then, and from now on, is answered by its deadline's verdict.</summary>
    public void EndWithin(TimeSpan timeout)
    {
        PendingAnswer[] owed;
        if (timeout >= TimeSpan.Zero)
            Volatile.Write(ref _endsAt, Environment.TickCount64 + (long)timeout.TotalMilliseconds);
        lock (_lock)
            owed = [.. _owed];
        foreach (PendingAnswer answer in owed)
            if (timeout >= TimeSpan.Zero)
                answer.HurryUp(timeout);
    }
}
