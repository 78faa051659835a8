using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>Whether a thread of the host's may carry on a session that it steps.</summary>
internal enum TurnEntry
{
    Entered,
    /// <summary>A turn of ours is under way, or about to begin.</summary>
    Ours,
    /// <summary>Another thread of the host's has it, or this one already.</summary>
    Refused,
}

/// <summary>
/// Whose turn it is with a session that is stepped: the host's for the time of a call, or ours, on a worker, where the
/// host is not to step any more. A turn of ours begins when the host's has ended; no thread waits for either. Any
/// thread.
/// </summary>
/// <param name="runJob">Runs a turn of ours.</param>
/// <param name="ours">What it calls <see cref="Begin"/> first and <see cref="Leave"/> last in.</param>
internal sealed class StepTurn(Action<IJob> runJob, IJob ours)
{
    private readonly Lock _lock = new();
    private int _thread;
    private bool _isTaken;
    private bool _isOurs;
    private bool _isAsked;
    private bool _isEndAsked;
    private bool _isOver;

    /// <summary>The calling thread has it.</summary>
    public bool IsCurrent => Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId;

    /// <summary>A call of the host's begins; with <see cref="TurnEntry.Entered"/> it ends with <see cref="Leave"/>.
    /// </summary>
    public TurnEntry Enter()
    {
        lock (_lock)
        {
            if (_isTaken)
                return _isOurs && !IsCurrent ? TurnEntry.Ours : TurnEntry.Refused;
            _isTaken = true;
            Begin();
            return TurnEntry.Entered;
        }
    }

    /// <summary>Has a turn of ours begin, as soon as no other is under way.</summary>
    public void Ask()
    {
        lock (_lock)
        {
            if (_isTaken)
            {
                _isAsked = true;
                return;
            }
            _isTaken = _isOurs = true;
        }
        runJob(ours);
    }

    /// <summary>
    /// As <see cref="Ask"/>, for a turn that ends the session: not where it is over. The host, who steps it once more
    /// for its last words, would be told to wait, and of nothing to wait for.
    /// </summary>
    public void AskForEnd()
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            if (_isTaken)
            {
                _isEndAsked = true;
                return;
            }
            _isTaken = _isOurs = true;
        }
        runJob(ours);
    }

    /// <summary>A turn of ours has got its thread.</summary>
    public void Begin() => Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);

    /// <param name="isOver">So is the session.</param>
    public void Leave(bool isOver)
    {
        lock (_lock)
        {
            Volatile.Write(ref _thread, 0);
            _isOver |= isOver;
            _isTaken = _isOurs = _isAsked || _isEndAsked && !isOver;
            _isAsked = _isEndAsked = false;
            if (!_isTaken)
                return;
        }
        runJob(ours);
    }
}
