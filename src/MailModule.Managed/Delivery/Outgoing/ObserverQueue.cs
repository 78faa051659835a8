using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// Brings a submission's states to its observer: in order, one at a time, on a worker, so that a slow observer holds up
/// nothing but itself. Of several "sending" states in a row that wait, the latest is enough, so the queue stays short.
/// </summary>
internal sealed class ObserverQueue(Workers workers, ISubmissionObserver? observer) : IJob
{
    private readonly record struct StateChange(SubmissionState State, long Value, int Recipient);

    private readonly Lock _lock = new();
    private readonly Queue<StateChange> _waiting = new();
    private StateChange? _sending;
    private readonly ManualResetEvent _finished = new(false);
    private bool _isRunning;
    private bool _isLast;

    public void Post(SubmissionState state, long value, int recipient = ISubmissionObserver.All)
    {
        if (observer is null)
            return;
        lock (_lock)
        {
            if (state == SubmissionState.Sending)
                _sending = new StateChange(state, value, recipient);
            else
                Append(new StateChange(state, value, recipient));
            EnsureRunning();
        }
    }

    /// <summary>There will be no more states.</summary>
    public void PostLast()
    {
        lock (_lock)
        {
            _isLast = true;
            EnsureRunning();
        }
    }

    /// <summary>Returns when the observer has heard the last state.</summary>
    public void WaitForLast() => _finished.WaitOne();

    public void Run()
    {
        while (TryDequeue(out StateChange change))
            observer!.StateChanged(change.State, change.Value, change.Recipient);
    }

    private void Append(StateChange change)
    {
        if (_sending is { } sending)
            _waiting.Enqueue(sending);
        _sending = null;
        _waiting.Enqueue(change);
    }

    private void EnsureRunning()
    {
        if (_isRunning)
            return;
        _isRunning = true;
        workers.Run(this);
    }

    private bool TryDequeue(out StateChange change)
    {
        bool isEnd;
        lock (_lock)
        {
            if (_waiting.TryDequeue(out change))
                return true;
            if (_sending is { } sending)
            {
                change = sending;
                _sending = null;
                return true;
            }
            isEnd = _isLast;
            // At the end the flag stays set, so that End runs once.
            _isRunning = isEnd;
        }
        if (isEnd)
            End();
        return false;
    }

    private void End()
    {
        observer?.Finished();
        _finished.Set();
    }
}
