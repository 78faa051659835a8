using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Delivery.Local;

/// <summary>
/// Runs local actions on workers: as many at once as the limit says, those of one key one after another. Actions that
/// run commands have places of their own (<see cref="CommandShares"/>), so that no command delays a list or a forward.
/// Any thread.
/// </summary>
/// <param name="run">
/// Runs one; blocks; ends soon when it is cancelled. What it throws counts as a failure. Where it finds that the action
/// runs commands it names <see cref="LocalAction.CommandShare"/> and returns; it is called again in such a place.
/// </param>
/// <param name="completed">
/// Gets each result, on the worker; must not block. An action that never began because of a stop has none: its message
/// stays in the spool.
/// </param>
internal sealed class LocalActionQueue(
    Workers workers, Func<LocalAction, CancellationToken, LocalActionResult> run,
    Action<LocalAction, LocalActionResult> completed, Log log, TimeProvider time, int limit = 32)
{
    /// <summary>
    /// How often it is looked whether a command has become one that runs for long, while others wait.
    /// </summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>The time that a running action has to end after it was cancelled.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);

    private readonly object _lock = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly Dictionary<string, Queue<LocalAction>> _waitingByKey = [];
    private readonly Queue<LocalAction> _ready = new();
    private readonly CommandShares _commands = new(time);
    private ITimer? _timer;
    private int _running;
    private bool _isStopping;

    public void Enqueue(LocalAction action)
    {
        lock (_lock)
        {
            if (_isStopping)
                return;
            if (_waitingByKey.TryGetValue(action.Key, out Queue<LocalAction>? queue))
            {
                queue.Enqueue(action);
                return;
            }
            _waitingByKey[action.Key] = new Queue<LocalAction>();
            _ready.Enqueue(action);
            StartWorkers();
        }
    }

    /// <summary>
    /// Begins no action any more; waits for those that run, and cancels them when the time is up. False if one runs on
    /// all the same. Blocks.
    /// </summary>
    public bool Stop(TimeSpan timeout)
    {
        lock (_lock)
        {
            _isStopping = true;
            _ready.Clear();
            _waitingByKey.Clear();
            _commands.Clear();
            _timer?.Dispose();
            if (WaitForEnd(timeout))
                return true;
        }
        _cancel.Cancel();
        lock (_lock)
            return WaitForEnd(CancelGrace);
    }

    private bool WaitForEnd(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (_running + _commands.Running > 0)
        {
            long left = deadline - Environment.TickCount64;
            if (left <= 0)
                return false;
            Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
        }
        return true;
    }

    private void StartWorkers()
    {
        while (_running < limit && _ready.TryDequeue(out LocalAction? next))
        {
            _running++;
            workers.Run(new ActionJob(this, next));
        }
        while (_commands.TryTake(out LocalAction? next))
            workers.Run(new ActionJob(this, next));
        if (_commands.Waiting > 0 && !_isStopping)
        {
            _timer ??= time.CreateTimer(Look, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(LookInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look(object? state)
    {
        lock (_lock)
            StartWorkers();
    }

    private void Run(LocalAction action)
    {
        bool hasPlace = action.CommandShare is not null;
        LocalActionResult result = RunOne(action);
        if (hasPlace || action.CommandShare is null)
            Complete(action, result, hasPlace);
        else
            WaitForCommandPlace(action);
    }

    private void WaitForCommandPlace(LocalAction action)
    {
        lock (_lock)
        {
            _running--;
            if (!_isStopping)
                _commands.Add(action);
            StartWorkers();
            Monitor.PulseAll(_lock);
        }
    }

    private void Complete(LocalAction action, LocalActionResult result, bool hasCommandPlace)
    {
        completed(action, result);
        lock (_lock)
        {
            if (hasCommandPlace)
                _commands.End(action);
            else
                _running--;
            if (_waitingByKey.TryGetValue(action.Key, out Queue<LocalAction>? queue)
                && queue.TryDequeue(out LocalAction? next))
                _ready.Enqueue(next);
            else
                _waitingByKey.Remove(action.Key);
            StartWorkers();
            Monitor.PulseAll(_lock);
        }
    }

    // The unexpected counts as a failure for now: the message stays in the spool.
    private LocalActionResult RunOne(LocalAction action)
    {
        try
        {
            return run(action, _cancel.Token);
        }
        catch (Exception exception)
        {
            log.Write(LogLevel.Error, "delivery", $"{action.Entry.Id} to {action.Key}: {exception}");
            return LocalActionResult.Failed(Fault.Internal);
        }
    }

    private sealed class ActionJob(LocalActionQueue owner, LocalAction action) : IJob
    {
        void IJob.Run() => owner.Run(action);
    }
}
