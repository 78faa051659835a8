using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// Tells a listener of looks that have ended, in their order, one after the other, on a worker: one that blocks holds
/// up no look. What it does not keep up with is dropped, the oldest first, and the log says so. Any thread.
/// </summary>
internal sealed class FetchEvents(Action<IJob> runJob, Log log) : IJob
{
    private const int Most = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<FetchResult> _waiting = new();
    private bool _isRunning;

    /// <summary>Null: nobody hears.</summary>
    public Action<FetchResult>? Listener { get; set; }

    public void Announce(FetchResult result)
    {
        if (Listener is null)
            return;
        lock (_lock)
        {
            if (_waiting.Count == Most)
            {
                _waiting.Dequeue();
                log.Write(LogLevel.Warning, "fetch", "an event is dropped: the host does not keep up");
            }
            _waiting.Enqueue(result);
            if (_isRunning)
                return;
            _isRunning = true;
        }
        runJob(this);
    }

    void IJob.Run()
    {
        while (TryNext(out FetchResult? next))
            try
            {
                Listener?.Invoke(next!);
            }
            catch (Exception exception)
            {
                log.Write(LogLevel.Error, "fetch", $"the host's callback failed: {exception}");
            }
    }

    private bool TryNext(out FetchResult? next)
    {
        lock (_lock)
            return _isRunning = _waiting.TryDequeue(out next);
    }
}
