using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Delivery.Local;

/// <summary>
/// Runs local actions on workers: as many at once as the limit says, those of one key one after another, so that a slow
/// list or user delays nobody else for long. Any thread.
/// </summary>
/// <param name="run">Runs one; blocks; ends soon when it is cancelled. What it throws counts as a failure.</param>
/// <param name="completed">
/// Gets each result, on the worker; must not block. An action that never began because of a stop has none: its message
/// stays in the spool.
/// </param>
internal sealed class LocalActionQueue(
    Workers workers, Func<LocalAction, CancellationToken, LocalActionResult> run,
    Action<LocalAction, LocalActionResult> completed, Log log, int limit = 32)
{
    /// <summary>The time that a running action has to end after it was cancelled.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);

    private readonly object _lock = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly Dictionary<string, Queue<LocalAction>> _waitingByKey = [];
    private readonly Queue<LocalAction> _ready = new();
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
        while (_running > 0)
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
    }

    private void Complete(LocalAction action, LocalActionResult result)
    {
        completed(action, result);
        lock (_lock)
        {
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
            log.Write(LogLevel.Error, "delivery",
                $"{action.Entry.Id} to {action.Key}: {exception.GetType().Name}: {exception.Message}");
            return LocalActionResult.Failed(Fault.Internal);
        }
    }

    private sealed class ActionJob(LocalActionQueue owner, LocalAction action) : IJob
    {
        void IJob.Run() => owner.Complete(action, owner.RunOne(action));
    }
}
