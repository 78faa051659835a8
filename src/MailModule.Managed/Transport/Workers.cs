using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>A job for a worker; the object is the closure, so that a job costs no allocation.</summary>
internal interface IJob
{
    void Run();
}

/// <summary>
/// Threads of our own (named mailmodule-w, all signals blocked) for everything that may block: host callbacks, files,
/// TLS handshakes. A job never waits for another job's end: when all threads are busy a new one starts, up to the
/// limit; idle ones go after a while, save the last where one is kept. Wakes only threads that sleep; handing a job
/// over costs a few microseconds.
/// </summary>
/// <remarks>
/// At most one wake-up is under way at a time (<see cref="_isWakeUpPending"/>). A thread that takes a job and leaves
/// others in the queue wakes the next thread before it runs its own job: a burst costs few wake-ups, and no job is left
/// to a thread that blocks. The queue has no lock, so these orders must hold: a thread that adds a job looks for a
/// pending wake-up after it has added it; a thread that was woken clears the pending wake-up before it looks at the
/// queue; a thread that goes to sleep or ends looks at the queue after it has registered that, or in the lock in which
/// it registers it.
/// </remarks>
internal sealed class Workers : IDisposable
{
    private const int YieldsBeforeSleep = 10;
    private static readonly TimeSpan s_retryTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(10);

    [ThreadStatic]
    private static bool t_isWorker;

    [ThreadStatic]
    private static HashSet<Workers>? t_batch;

    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<IJob> _queue = new();
    private readonly Stack<Parker> _sleepers = new();
    private readonly ManualResetEvent _allEnded = new(true);
    private readonly int _limit;
    private readonly string _name;
    private readonly Log _log;
    private int _threads;
    private int _isWakeUpPending;
    private ITimer? _retry;
    private bool _keepsOne;
    private bool _isShort;
    private bool _isStopping;

    /// <param name="limit">Threads at most; beyond it jobs queue.</param>
    /// <param name="log">Gets what a job throws; such a job ends, its thread goes on.</param>
    /// <param name="name">Of each thread, as the system shows it: at most 15 characters.</param>
    public Workers(int limit, Log? log = null, string name = "mailmodule-w")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        _limit = limit;
        _log = log ?? Log.None;
        _name = name;
    }

    /// <summary>Whether the calling thread is a worker (of any instance), so may block.</summary>
    public static bool IsCurrent => t_isWorker;

    /// <summary>Threads alive now.</summary>
    public int Threads
    {
        get
        {
            lock (_lock)
                return _threads;
        }
    }

    /// <summary>
    /// Starts the first thread, which stays until <see cref="Stop"/>: so that jobs run, one after another, however few
    /// threads the system gives. False: it gives none.
    /// </summary>
    public bool TryStart()
    {
        ITimer retry = TimerThread.Shared.CreateTimer(
            static workers => ((Workers)workers!).Retry(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_lock)
        {
            _retry = retry;
            return _keepsOne = TryStartThread();
        }
    }

    /// <summary>
    /// Any thread may call; never blocks. After <see cref="Stop"/> has begun jobs still run, so that waits can end.
    /// </summary>
    public void Run(IJob job)
    {
        _queue.Enqueue(job);
        Interlocked.MemoryBarrier();
        if (t_batch is null)
            WakeOne();
        else
            t_batch.Add(this);
    }

    /// <summary>
    /// From now on the calling thread wakes no worker for its jobs before <see cref="WakeForBatch"/>: one wake-up for
    /// all jobs of a turn. It must not block between.
    /// </summary>
    internal static void BeginBatches() => t_batch = [];

    /// <summary>Ends a turn of a thread that has begun batches; nothing on others.</summary>
    internal static void WakeForBatch()
    {
        if (t_batch is not { Count: > 0 } batch)
            return;
        foreach (Workers workers in batch)
            workers.WakeOne();
        batch.Clear();
    }

    /// <summary>
    /// Waits until all jobs have run and all threads have ended, or the time is up; false in the second case.
    /// </summary>
    public bool Stop(TimeSpan timeout)
    {
        Parker[] sleepers;
        lock (_lock)
        {
            _isStopping = true;
            sleepers = _sleepers.ToArray();
            _sleepers.Clear();
            _retry?.Dispose();
        }
        foreach (Parker sleeper in sleepers)
            sleeper.Unpark();
        return _allEnded.WaitOne(timeout < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : timeout);
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    /// <summary>
    /// A job is queued: unless a wake-up is pending, a sleeping thread is woken or, below the limit, a new one started.
    /// </summary>
    private void WakeOne()
    {
        if (Volatile.Read(ref _isWakeUpPending) != 0 || Interlocked.Exchange(ref _isWakeUpPending, 1) != 0)
            return;
        Parker? sleeper;
        lock (_lock)
            if (!_sleepers.TryPop(out sleeper))
            {
                if (_threads >= _limit || !TryStartThread())
                    _isWakeUpPending = 0; // in the lock: a thread that goes to sleep after this sees the job
            }
        sleeper?.Unpark();
    }

    /// <summary>
    /// Under the lock. False: the system gives no thread; jobs stay queued for those there are, and it is asked again a
    /// little later.
    /// </summary>
    private bool TryStartThread()
    {
        bool isStarted = OwnThread.TryStart(_name, Loop) is not null;
        if (isStarted)
        {
            _threads++;
            _allEnded.Reset();
        }
        else
            _retry?.Change(s_retryTime, Timeout.InfiniteTimeSpan);
        if (!isStarted && !_isShort)
            _log.Write(LogLevel.Error, "workers", OwnThread.Shortage);
        _isShort = !isStarted;
        return isStarted;
    }

    private void Retry()
    {
        if (!_queue.IsEmpty)
            WakeOne();
    }

    private void Loop()
    {
        t_isWorker = true;
        var self = new Parker();
        ClearWakeUp();
        do
            RunJobs();
        while (TryPushSleeper(self) ? Sleep(self) : !TryEndThread(isIdle: false));
    }

    private void RunJobs()
    {
        while (_queue.TryDequeue(out IJob? job))
        {
            if (!_queue.IsEmpty)
                WakeOne();
            RunJob(job);
        }
    }

    private void ClearWakeUp() => Interlocked.Exchange(ref _isWakeUpPending, 0);

    private bool TryPushSleeper(Parker self)
    {
        lock (_lock)
        {
            if (_isStopping)
                return false;
            _sleepers.Push(self);
        }
        if (!_queue.IsEmpty)
            WakeOne(); // perhaps ourselves
        return true;
    }

    private bool TryEndThread(bool isIdle)
    {
        lock (_lock)
        {
            if (!_queue.IsEmpty || (isIdle && _keepsOne && _threads == 1 && !_isStopping))
                return false;
            if (--_threads == 0)
                _allEnded.Set();
            return true;
        }
    }

    /// <summary>False when the thread has ended, after a long idle time.</summary>
    private bool Sleep(Parker self)
    {
        if (!self.Park(IdleTimeout, YieldsBeforeSleep))
        {
            if (TryRemoveSleeper(self))
                return !TryEndThread(isIdle: true);
            // Another thread took this one from the stack just now: its wake-up is under way, and must not be left over
            // for the next sleep.
            self.Park(null);
        }
        ClearWakeUp();
        return true;
    }

    private bool TryRemoveSleeper(Parker self)
    {
        lock (_lock)
        {
            if (!_sleepers.Contains(self))
                return false;
            Parker[] others = [.. _sleepers.Where(other => other != self)];
            _sleepers.Clear();
            for (int i = others.Length - 1; i >= 0; i--)
                _sleepers.Push(others[i]);
            return true;
        }
    }

    private void RunJob(IJob job)
    {
        try
        {
            job.Run();
        }
        catch (Exception e)
        {
            _log.WriteFailure("workers", "a job failed", e);
        }
    }
}
