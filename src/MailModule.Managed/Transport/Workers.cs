using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>A job for a worker; the object is the closure, so that a job costs no allocation.</summary>
public interface IWork
{
    void Run();
}

/// <summary>
/// Threads of our own (named mailmodule-w, all signals blocked) for everything that may block: host callbacks, files, TLS handshakes.
/// A job never waits for another job's end: when all threads are busy a new one starts, up to the limit; idle ones go
/// after a while. Wakes only sleepers; a hop costs a few microseconds.
/// </summary>
/// <remarks>
/// At most one thread at a time is on its way to the queue (<see cref="_isCalled"/>). Whoever takes a job and leaves
/// others behind calls the next thread before it runs its own: a burst costs few wake-ups, and no job is left to a thread that blocks.
/// </remarks>
public sealed class Workers : IDisposable
{
    private const int StackSize = 1024 * 1024;
    private static readonly TimeSpan IdleLife = TimeSpan.FromSeconds(10);

    [ThreadStatic]
    private static bool t_isWorker;

    private readonly Lock _lock = new();
    private readonly Queue<IWork> _queue = new();
    private readonly Stack<Sleeper> _sleepers = new();
    private readonly ManualResetEvent _allEnded = new(true);
    private readonly int _limit;
    private readonly Log _log;
    private int _threads;
    private bool _isCalled;
    private bool _isStopping;

    /// <param name="limit">Threads at most; beyond it jobs queue.</param>
    /// <param name="log">Gets what a job throws; such a job ends, its thread goes on.</param>
    public Workers(int limit, Log? log = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        _limit = limit;
        _log = log ?? Log.None;
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

    /// <summary>Any thread may call; never blocks. After <see cref="Stop"/> has begun jobs still run, so that waits can end.</summary>
    public void Run(IWork work)
    {
        Sleeper? called;
        lock (_lock)
        {
            _queue.Enqueue(work);
            if (_isCalled)
                return;
            called = Call();
        }
        called?.Wake();
    }

    /// <summary>Waits until all jobs have run and all threads have ended, or the time is up; false in the second case.</summary>
    public bool Stop(TimeSpan timeout)
    {
        Sleeper[] sleepers;
        lock (_lock)
        {
            _isStopping = true;
            sleepers = _sleepers.ToArray();
            _sleepers.Clear();
        }
        foreach (Sleeper sleeper in sleepers)
            sleeper.Wake();
        return _allEnded.WaitOne(timeout < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : timeout);
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    /// <summary>Under the lock, when a job is queued and nobody is called: a sleeper to wake, or a new thread (already started), or nobody.</summary>
    private Sleeper? Call()
    {
        if (_sleepers.TryPop(out Sleeper? sleeper))
        {
            _isCalled = true;
            return sleeper;
        }
        if (_threads < _limit)
            StartThread();
        return null;
    }

    private void StartThread()
    {
        var thread = new Thread(Live, StackSize) { IsBackground = true };
        _threads++;
        _isCalled = true;
        _allEnded.Reset();
        try
        {
            Signals.WithAllBlocked(thread.UnsafeStart);
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // The system gives no more threads: those there are go on, the job stays queued for them.
            _threads--;
            _isCalled = false;
            _log.Write(LogLevel.Error, "workers", $"no thread could be started: {e.Message}");
        }
    }

    private void Live()
    {
        t_isWorker = true;
        Signals.BlockAll();
        ThreadName.Set("mailmodule-w");
        var self = new Sleeper();
        bool wasCalled = true;
        while (TakeJob(self, wasCalled, out IWork? job, out Sleeper? called))
        {
            called?.Wake();
            wasCalled = false;
            if (job is not null)
                RunJob(job);
            else
                wasCalled = Sleep(self);
        }
    }

    /// <summary>A job, or none and the thread is among the sleepers; false when the thread has to end.</summary>
    private bool TakeJob(Sleeper self, bool wasCalled, out IWork? job, out Sleeper? called)
    {
        lock (_lock)
        {
            called = null;
            if (wasCalled)
                _isCalled = false;
            if (_queue.TryDequeue(out job))
            {
                if (_queue.Count > 0 && !_isCalled)
                    called = Call();
                return true;
            }
            if (_isStopping || self.IsTired)
            {
                if (--_threads == 0)
                    _allEnded.Set();
                return false;
            }
            self.LieDown();
            _sleepers.Push(self);
            return true;
        }
    }

    /// <summary>True when a caller woke us; false when the idle time is over and nobody knows us as a sleeper any more.</summary>
    private bool Sleep(Sleeper self)
    {
        if (self.Wait(IdleLife))
            return true;
        lock (_lock)
            self.IsTired = Forget(self);
        // Taken from the stack in this very moment: the wake-up is under way, and must not be left over for the next sleep.
        return !self.IsTired && self.Wait(Timeout.InfiniteTimeSpan);
    }

    private bool Forget(Sleeper self)
    {
        if (!_sleepers.Contains(self))
            return false;
        Sleeper[] others = [.. _sleepers.Where(other => other != self)];
        _sleepers.Clear();
        for (int i = others.Length - 1; i >= 0; i--)
            _sleepers.Push(others[i]);
        return true;
    }

    private void RunJob(IWork job)
    {
        try
        {
            job.Run();
        }
        catch (Exception e)
        {
            _log.Write(LogLevel.Error, "workers", $"a job failed: {e}");
        }
    }

    /// <summary>How one idle thread waits: a short spin, then the kernel. Only a thread in the kernel costs a wake-up call.</summary>
    private sealed class Sleeper
    {
        private const int Spins = 60;
        private const int Awake = 0, Spinning = 1, Parked = 2;
        private readonly AutoResetEvent _event = new(false);
        private int _state;

        public bool IsTired { get; set; }

        public void LieDown() => Volatile.Write(ref _state, Spinning);

        public void Wake()
        {
            if (Interlocked.Exchange(ref _state, Awake) == Parked)
                _event.Set();
        }

        public bool Wait(TimeSpan timeout)
        {
            for (int i = 0; i < Spins; i++)
            {
                if (Volatile.Read(ref _state) == Awake)
                    return true;
                Thread.SpinWait(10);
            }
            return Interlocked.CompareExchange(ref _state, Parked, Spinning) == Awake || _event.WaitOne(timeout);
        }
    }
}
