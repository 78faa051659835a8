namespace MailModule.Transport;

/// <summary>Jobs of one kind: so many run at once, the others wait in line. Any thread.</summary>
internal sealed class JobLine(Workers workers, int limit)
{
    private readonly Lock _lock = new();
    private readonly Queue<IJob> _waiting = new();
    private int _running;

    public void Run(IJob job)
    {
        lock (_lock)
        {
            if (_running >= limit)
            {
                _waiting.Enqueue(job);
                return;
            }
            _running++;
        }
        workers.Run(new Turn(this, job));
    }

    private void EndTurn()
    {
        IJob? next;
        lock (_lock)
            if (!_waiting.TryDequeue(out next))
                _running--;
        if (next is not null)
            workers.Run(new Turn(this, next));
    }

    private sealed class Turn(JobLine line, IJob job) : IJob
    {
        public void Run()
        {
            try
            {
                job.Run();
            }
            finally
            {
                line.EndTurn();
            }
        }
    }
}
