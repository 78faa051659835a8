using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// Answers that come later than they are known, so that guessing takes time. The session waits meanwhile, holds no
/// thread, and reads nothing that is pipelined; there are as many as sessions at most. Any thread.
/// </summary>
internal sealed class LateAnswers(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Answer> _waiting = [];
    private bool _isStopped;

    /// <summary>Answers that wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Runs <paramref name="answer"/> by <paramref name="runJob"/> after the delay; at once after
    /// <see cref="Stop"/>.</summary>
    public void After(TimeSpan delay, Action<IJob> runJob, IJob answer)
    {
        lock (_lock)
            if (!_isStopped)
            {
                var waiting = new Answer(runJob, answer);
                _waiting.Add(waiting);
                waiting.Timer = clock.CreateTimer(_ => End(waiting), null, delay, Timeout.InfiniteTimeSpan);
                return;
            }
        runJob(answer);
    }

    /// <summary>The server stops: what waits is answered now.</summary>
    public void Stop()
    {
        Answer[] all;
        lock (_lock)
        {
            _isStopped = true;
            all = [.. _waiting];
        }
        foreach (Answer answer in all)
            End(answer);
    }

    private void End(Answer answer)
    {
        lock (_lock)
            if (!_waiting.Remove(answer))
                return;
        answer.Timer?.Dispose();
        answer.RunJob(answer.Job);
    }

    private sealed class Answer(Action<IJob> runJob, IJob job)
    {
        public Action<IJob> RunJob => runJob;
        public IJob Job => job;
        public ITimer? Timer { get; set; }
    }
}
