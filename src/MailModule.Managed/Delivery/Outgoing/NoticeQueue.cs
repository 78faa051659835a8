using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// Brings a submission's states to its observer: in order, one at a time, on a worker, so that a slow observer holds up nobody but itself. Of
/// several "sending" states in a row that wait, the latest is enough, so the queue stays short.
/// </summary>
internal sealed class NoticeQueue(Workers workers, ISubmissionObserver? observer) : IWork
{
    private readonly record struct Notice(SubmissionState State, long Value, string Recipient);

    private readonly Lock _lock = new();
    private readonly List<Notice> _waiting = [];
    private readonly ManualResetEvent _finished = new(false);
    private bool _isRunning;
    private bool _isLast;

    public void Post(SubmissionState state, long value, string recipient = "")
    {
        if (observer is null)
            return;
        lock (_lock)
        {
            if (state == SubmissionState.Sending && _waiting.Count > 0 && _waiting[^1].State == SubmissionState.Sending)
                _waiting[^1] = new Notice(state, value, recipient);
            else
                _waiting.Add(new Notice(state, value, recipient));
            RunOne();
        }
    }

    /// <summary>There will be no more.</summary>
    public void PostLast()
    {
        lock (_lock)
        {
            _isLast = true;
            RunOne();
        }
    }

    /// <summary>Returns when the observer has heard the last.</summary>
    public void WaitForLast() => _finished.WaitOne();

    public void Run()
    {
        while (TryTake(out Notice notice))
            observer!.StateChanged(notice.State, notice.Value, notice.Recipient);
    }

    private void RunOne()
    {
        if (_isRunning)
            return;
        _isRunning = true;
        workers.Run(this);
    }

    private bool TryTake(out Notice notice)
    {
        lock (_lock)
        {
            if (_waiting.Count > 0)
            {
                notice = _waiting[0];
                _waiting.RemoveAt(0);
                return true;
            }
            notice = default;
            if (!_isLast)
                _isRunning = false;
        }
        if (_isLast)
            End();
        return false;
    }

    private void End()
    {
        observer?.Finished();
        _finished.Set();
    }
}
