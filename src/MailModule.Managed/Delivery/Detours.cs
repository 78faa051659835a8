using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Delivery;

/// <summary>
/// Runs detours on workers: as many at once as the limit says, those of one key one after another, so that a slow list or user delays nobody else for long. Any thread.
/// </summary>
/// <param name="take">Goes the way; blocks; ends soon when it is cancelled. What it throws counts as a failure.</param>
/// <param name="ended">Hears of each end, on the worker; must not block. Nobody hears of a detour that never began because of a stop: it stays in the spool.</param>
internal sealed class Detours(Workers workers, Func<Detour, CancellationToken, DetourEnd> take, Action<Detour, DetourEnd> ended, Log log, int limit = 32)
{
    /// <summary>What a run gets to end after it was cancelled.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly Dictionary<string, Queue<Detour>> _behind = [];
    private readonly Queue<Detour> _ready = new();
    private int _running;
    private bool _isStopping;

    public void Begin(Detour detour)
    {
        lock (_gate)
        {
            if (_isStopping)
                return;
            if (_behind.TryGetValue(detour.Key, out Queue<Detour>? queue))
            {
                queue.Enqueue(detour);
                return;
            }
            _behind[detour.Key] = new Queue<Detour>();
            _ready.Enqueue(detour);
            Pump();
        }
    }

    /// <summary>Begins no more; waits for those that run, and cancels them when the time is up. False if one runs on all the same. Blocks.</summary>
    public bool Stop(TimeSpan timeout)
    {
        lock (_gate)
        {
            _isStopping = true;
            _ready.Clear();
            _behind.Clear();
            if (WaitForEnd(timeout))
                return true;
        }
        _cancel.Cancel();
        lock (_gate)
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
            Monitor.Wait(_gate, (int)Math.Min(left, int.MaxValue));
        }
        return true;
    }

    private void Pump()
    {
        while (_running < limit && _ready.TryDequeue(out Detour? next))
        {
            _running++;
            workers.Run(new Run(this, next));
        }
    }

    private void End(Detour detour, DetourEnd end)
    {
        ended(detour, end);
        lock (_gate)
        {
            _running--;
            if (_behind.TryGetValue(detour.Key, out Queue<Detour>? queue) && queue.TryDequeue(out Detour? next))
                _ready.Enqueue(next);
            else
                _behind.Remove(detour.Key);
            Pump();
            Monitor.PulseAll(_gate);
        }
    }

    // The unexpected counts as a failure for now: the message stays in the spool.
    private DetourEnd Take(Detour detour)
    {
        try
        {
            return take(detour, _cancel.Token);
        }
        catch (Exception exception)
        {
            log.Write(LogLevel.Error, "delivery", $"{detour.Entry.Id} to {detour.Key}: {exception.GetType().Name}: {exception.Message}");
            return DetourEnd.Failed(Fault.Internal);
        }
    }

    private sealed class Run(Detours owner, Detour detour) : IJob
    {
        void IJob.Run() => owner.End(detour, owner.Take(detour));
    }
}
