using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// Fetches from mailboxes elsewhere: from those of the settings again and again, from others when the host says so. Any
/// thread. A look holds a worker while it is under way, and none while it waits for its turn.
/// </summary>
public sealed class Fetching
{
    // A timer takes no more than some weeks.
    private static readonly TimeSpan LongestRest = TimeSpan.FromDays(1);

    private readonly object _lock = new();
    private readonly FetchDependencies _dependencies;
    private readonly Action<IJob> _runJob;
    private readonly FetchLine _line;
    private readonly FetchSchedule _schedule;
    private readonly Dictionary<FetchLook, FetchSchedule.Planned> _planned = [];
    private readonly ITimer _timer;
    private bool _isStopping;

    /// <param name="runJob">Runs what blocks on a worker.</param>
    /// <param name="most">Looks at once.</param>
    /// <param name="mostOfHost">Looks at once at mailboxes of one host.</param>
    internal Fetching(FetchDependencies dependencies, Action<IJob> runJob, Func<int> most, Func<int> mostOfHost)
    {
        _dependencies = dependencies;
        _runJob = runJob;
        _line = new FetchLine(most, mostOfHost);
        _schedule = new FetchSchedule(dependencies.Time);
        _timer = dependencies.Time.CreateTimer(
            _ => BeginDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Names the mailboxes of the settings: those that are new are looked at now.</summary>
    internal void Set(IReadOnlyList<OutsideMailbox> mailboxes)
    {
        lock (_lock)
            _schedule.Set(mailboxes);
        BeginDue();
    }

    /// <summary>Has mailboxes of the settings looked at now.</summary>
    /// <inheritdoc cref="FetchSchedule.MakeDue"/>
    public bool TryMakeDue(string? account)
    {
        lock (_lock)
            if (!_schedule.MakeDue(account))
                return false;
        BeginDue();
        return true;
    }

    /// <summary>What came of the last look at each mailbox of the settings, in their order.</summary>
    public IReadOnlyList<FetchResult> Results
    {
        get
        {
            lock (_lock)
                return [.. _schedule.All.Select(_schedule.ResultOf)];
        }
    }

    /// <summary>Looks at a mailbox once.</summary>
    /// <returns>Null: the engine is being stopped.</returns>
    public FetchLook? Begin(OutsideMailbox mailbox)
    {
        var look = new FetchLook(mailbox);
        lock (_lock)
        {
            if (_isStopping)
                return null;
            _line.Add(look);
            RunReady();
        }
        return look;
    }

    /// <summary>Ends a look soon; one that waits for its turn, at once.</summary>
    public void Cancel(FetchLook look)
    {
        look.Cancel();
        lock (_lock)
            if (!_line.Remove(look))
                return;
        End(look, look.NeverBegun(_dependencies.Time.GetUtcNow()));
    }

    /// <summary>Begins nothing more, and ends what is under way soon. Waits for nothing.</summary>
    internal void Close()
    {
        FetchLook[] all;
        lock (_lock)
        {
            _isStopping = true;
            all = [.. _line.All];
        }
        _timer.Dispose();
        foreach (FetchLook look in all)
            Cancel(look);
    }

    /// <summary>After <see cref="Close"/>: false if a look goes on when the time is up.</summary>
    internal bool WaitForEnd(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_lock)
        {
            while (_line.Running > 0)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                    return false;
                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
            }
            return true;
        }
    }

    private void BeginDue()
    {
        lock (_lock)
        {
            if (_isStopping)
                return;
            foreach (FetchSchedule.Planned due in _schedule.TakeDue())
            {
                var look = new FetchLook(due.Mailbox);
                _planned[look] = due;
                _line.Add(look);
            }
            RunReady();
            SetTimer();
        }
    }

    private void RunReady()
    {
        foreach (FetchLook look in _line.TakeReady())
            _runJob(new LookJob(this, look));
    }

    private void SetTimer()
    {
        if (!_isStopping && _schedule.Rest is { } rest)
            _timer.Change(rest < LongestRest ? rest : LongestRest, Timeout.InfiniteTimeSpan);
    }

    private void Run(FetchLook look)
    {
        FetchResult result;
        try
        {
            result = look.Run(_dependencies);
        }
        catch (Exception exception)
        {
            _dependencies.Log.Write(LogLevel.Error, "fetch", $"{look.Mailbox.Name}: {exception}");
            result = look.NeverBegun(_dependencies.Time.GetUtcNow()) with { Fault = Fault.Internal };
        }
        End(look, result, wasRunning: true);
    }

    private void End(FetchLook look, FetchResult result, bool wasRunning = false)
    {
        lock (_lock)
        {
            if (wasRunning)
                _line.End(look);
            if (_planned.Remove(look, out FetchSchedule.Planned? planned))
            {
                _schedule.End(planned, result);
                result = _schedule.ResultOf(planned);
            }
            if (!_isStopping)
                RunReady();
            SetTimer();
            Monitor.PulseAll(_lock);
        }
        _dependencies.Ended(result);
        look.End(result);
    }

    private sealed class LookJob(Fetching owner, FetchLook look) : IJob
    {
        public void Run() => owner.Run(look);
    }
}
