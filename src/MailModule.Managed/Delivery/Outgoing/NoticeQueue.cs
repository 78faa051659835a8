using MailModule.Transport;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// Brings a submission's states to its observer: in order, one at a time, on a worker, so that a slow observer holds up nobody but itself. Of
/// several "sending" states in a row that wait, the latest is enough, so the queue stays short.
/// </summary>
internal sealed class NoticeQueue(Workers workers, ISubmissionObserver? observer) : IJob
{
    private readonly record struct Notice(SubmissionState State, long Value, string Recipient);

    private readonly Lock _lock = new();
    private readonly Queue<Notice> _waiting = new();
    private Notice? _sending;
    private readonly ManualResetEvent _finished = new(false);
    private bool _isRunning;
    private bool _isLast;

    public void Post(SubmissionState state, long value, string recipient = "")
    {
        if (observer is null)
            return;
        lock (_lock)
        {
            if (state == SubmissionState.Sending)
                _sending = new Notice(state, value, recipient);
            else
                Append(new Notice(state, value, recipient));
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

    private void Append(Notice notice)
    {
        if (_sending is { } sending)
            _waiting.Enqueue(sending);
        _sending = null;
        _waiting.Enqueue(notice);
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
        bool isEnd;
        lock (_lock)
        {
            if (_waiting.TryDequeue(out notice))
                return true;
            if (_sending is { } sending)
            {
                notice = sending;
                _sending = null;
                return true;
            }
            isEnd = _isLast;
            // At the end it stays set, so that nobody ends twice.
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
