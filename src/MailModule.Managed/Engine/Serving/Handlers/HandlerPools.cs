using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>The pools of an engine's servers, which it waits for at its end. Any thread.</summary>
internal sealed class HandlerPools
{
    private readonly Lock _lock = new();
    private readonly List<HandlerPool> _pools = [];

    public HandlerPool Start(int threads, int queue, Log log)
    {
        var pool = new HandlerPool(threads, queue, log);
        lock (_lock)
            _pools.Add(pool);
        pool.Start();
        return pool;
    }

    /// <summary>
    /// The pool's server has stopped: its threads end when no handler runs any more. False: one does when the time is
    /// up.
    /// </summary>
    public bool Retire(HandlerPool pool, TimeSpan timeout)
    {
        if (!pool.Stop(timeout))
            return false;
        lock (_lock)
            _pools.Remove(pool);
        return true;
    }

    /// <summary>Returns when no thread of a pool runs any more.</summary>
    public void WaitForEnd()
    {
        HandlerPool[] pools;
        lock (_lock)
            pools = [.. _pools];
        foreach (HandlerPool pool in pools)
            pool.Stop(Timeout.InfiniteTimeSpan);
    }
}
