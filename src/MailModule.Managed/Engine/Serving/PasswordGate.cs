using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>A check of a password that waits for its turn, perhaps without a thread.</summary>
internal interface IPasswordCheck
{
    /// <summary>Hashes, and keeps what came out.</summary>
    void Check();

    /// <summary>Goes on with it, on the same thread; others may hash meanwhile.</summary>
    void Complete();
}

/// <summary>
/// Lets few passwords be hashed at once: half of the cores, so that mail has the others, however many log in. Checks
/// beyond those wait in line and hold no thread; users known at their address go first, so that guessing holds up
/// nobody. Any thread.
/// </summary>
internal sealed class PasswordGate(int width)
{
    private const int LineLimit = 256;

    private readonly Lock _lock = new();
    private readonly Queue<Turn> _known = new();
    private readonly Queue<Turn> _others = new();
    private int _running;

    public PasswordGate() : this((Environment.ProcessorCount + 1) / 2)
    {
    }

    /// <summary>Checks that wait for their turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _known.Count + _others.Count;
        }
    }

    /// <summary>
    /// Runs the check on the calling thread, which may block, or by <paramref name="runJob"/> when its turn comes.
    /// False: too many wait, and it is not run at all.
    /// </summary>
    public bool TryRun(IPasswordCheck check, bool isKnown, Action<IJob> runJob)
    {
        lock (_lock)
        {
            if (_running == width)
            {
                Queue<Turn> line = isKnown ? _known : _others;
                if (line.Count >= LineLimit)
                    return false;
                line.Enqueue(new Turn(this, check, runJob));
                return true;
            }
            _running++;
        }
        Run(check);
        return true;
    }

    private void Run(IPasswordCheck check)
    {
        try
        {
            check.Check();
        }
        finally
        {
            End();
        }
        check.Complete();
    }

    private void End()
    {
        Turn? next;
        lock (_lock)
            if (!_known.TryDequeue(out next) && !_others.TryDequeue(out next))
                _running--;
        next?.Hand();
    }

    private sealed class Turn(PasswordGate gate, IPasswordCheck check, Action<IJob> runJob) : IJob
    {
        public void Hand() => runJob(this);

        public void Run() => gate.Run(check);
    }
}
