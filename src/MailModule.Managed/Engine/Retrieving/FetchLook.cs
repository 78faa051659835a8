using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>One look at a mailbox elsewhere: it waits for its turn, is under way, and has ended. Any thread.</summary>
public sealed class FetchLook(OutsideMailbox mailbox)
{
    private readonly object _lock = new();
    private readonly CancellationTokenSource _cancel = new();
    private FetchRun? _run;
    private FetchResult? _end;

    internal OutsideMailbox Mailbox => mailbox;

    /// <summary>Asked for by <see cref="Cancel"/>.</summary>
    internal CancellationToken Cancelled => _cancel.Token;

    /// <summary>So far.</summary>
    public FetchResult Result
    {
        get
        {
            lock (_lock)
                return _end ?? _run?.Result ?? new FetchResult(mailbox.Name);
        }
    }

    /// <summary>Ends it soon; what is in the spool stays there.</summary>
    internal void Cancel() => _cancel.Cancel();

    /// <summary>False: the time is up, and it goes on.</summary>
    public bool Wait(TimeSpan timeout)
    {
        long deadline = timeout == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_lock)
        {
            while (_end is null)
            {
                long left = deadline == long.MaxValue ? Timeout.Infinite : deadline - Environment.TickCount64;
                if (left <= 0 && deadline != long.MaxValue)
                    return false;
                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
            }
            return true;
        }
    }

    /// <summary>Its turn has come. Blocks: workers only.</summary>
    internal FetchResult Run(FetchDependencies dependencies)
    {
        var run = new FetchRun(dependencies, mailbox, _cancel.Token);
        lock (_lock)
            _run = run;
        return run.Run();
    }

    /// <summary>It never got its turn.</summary>
    internal FetchResult NeverBegun(DateTimeOffset now)
        => new(mailbox.Name) { Ended = now, Fault = Fault.Cancelled };

    /// <summary>It is over: who waits goes on.</summary>
    internal void End(FetchResult result)
    {
        lock (_lock)
        {
            _end = result;
            Monitor.PulseAll(_lock);
        }
    }
}
