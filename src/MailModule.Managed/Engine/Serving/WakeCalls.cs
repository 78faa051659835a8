namespace MailModule.Engine.Serving;

/// <summary>
/// Calls of a host that hears when a session can be stepped again. After <see cref="End"/> none runs, so that the host
/// may free what they use. Any thread.
/// </summary>
/// <param name="wake">Null: the host does not want to hear.</param>
internal sealed class WakeCalls(Action? wake)
{
    /// <summary>The calls that the thread is inside of.</summary>
    [ThreadStatic]
    private static Call? t_inside;

    private readonly object _gate = new();
    private int _running;
    private bool _isEnded;

    public void Wake()
    {
        if (wake is null)
            return;
        lock (_gate)
        {
            if (_isEnded)
                return;
            _running++;
        }
        var call = new Call(this, t_inside);
        t_inside = call;
        try
        {
            wake();
        }
        finally
        {
            t_inside = call.Outer;
            call.Finish();
        }
    }

    /// <summary>No call begins any more, and those that run are waited for, save those that this is called inside of.
    /// </summary>
    public void End()
    {
        lock (_gate)
        {
            _isEnded = true;
            // Two calls may both be at this point, and would wait for one another.
            for (Call? call = t_inside; call is not null; call = call.Outer)
                if (call.Of == this)
                    call.Finish();
            while (_running > 0)
                Monitor.Wait(_gate);
        }
    }

    private sealed class Call(WakeCalls of, Call? outer)
    {
        private bool _isFinished;

        public WakeCalls Of => of;
        public Call? Outer => outer;

        /// <summary>It counts no more.</summary>
        public void Finish()
        {
            lock (of._gate)
            {
                if (_isFinished)
                    return;
                _isFinished = true;
                of._running--;
                Monitor.PulseAll(of._gate);
            }
        }
    }
}
