using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// Threads for a host's handlers alone (named mailmodule-h): so many at most, and so many calls that wait for one. A
/// session whose call finds no place is told so; no other thread waits for a handler. Any thread.
/// </summary>
/// <param name="threads">At most.</param>
/// <param name="queue">Calls that may wait.</param>
internal sealed class HandlerPool(int threads, int queue, Log log)
{
    [ThreadStatic]
    private static bool t_isCurrent;

    private readonly Workers _workers = new(threads, log, "mailmodule-h");
    private int _admitted;

    /// <summary>The calling thread is one of a pool's, at a job: it may call handlers.</summary>
    public static bool IsCurrent => t_isCurrent;

    /// <summary>
    /// The first thread stays until <see cref="Stop"/>; where the system gives none it is asked again.
    /// </summary>
    public void Start() => _workers.TryStart();

    /// <summary>False: too many wait. The job calls <see cref="BeginJob"/> first and <see cref="EndJob"/> last.
    /// </summary>
    public bool TryRun(IJob job)
    {
        if (Volatile.Read(ref _admitted) >= (long)threads + queue)
            return false;
        Run(job);
        return true;
    }

    /// <summary>As <see cref="TryRun"/>, for what was let in before: it waits however many do.</summary>
    public void Run(IJob job)
    {
        Interlocked.Increment(ref _admitted);
        _workers.Run(job);
    }

    public static void BeginJob() => t_isCurrent = true;

    public void EndJob()
    {
        t_isCurrent = false;
        Interlocked.Decrement(ref _admitted);
    }

    /// <summary>Waits until all jobs have run; false: the time is up.</summary>
    public bool Stop(TimeSpan timeout) => _workers.Stop(timeout);
}
