using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Authenticating;

/// <summary>
/// What a running engine is asked by its host beside servers and sending: checks and signatures that are under way. The
/// stop of the engine ends what they wait for, and waits until the last of them has told its end. Any thread.
/// </summary>
/// <param name="calls">Where the host's callbacks are counted.</param>
internal sealed class HostQuestions(Workers workers, HostCalls calls, Log log)
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ManualResetEvent _allEnded = new(true);
    private int _running;
    private bool _isStopped;

    /// <summary>Cancelled when the engine begins to stop.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public Workers Workers => workers;

    public HostCalls Calls => calls;

    public Log Log => log;

    /// <summary>One more is under way, until <see cref="End"/>; false: the engine is being stopped.</summary>
    public bool TryBegin()
    {
        lock (_lock)
        {
            if (_isStopped)
                return false;
            _running++;
            _allEnded.Reset();
            return true;
        }
    }

    public void End()
    {
        lock (_lock)
            if (--_running == 0)
                _allEnded.Set();
    }

    /// <summary>Ends what all of them wait for; waits for none.</summary>
    public void Stop()
    {
        lock (_lock)
            _isStopped = true;
        _stopping.Cancel();
    }

    /// <summary>After <see cref="Stop"/>: returns when none is under way.</summary>
    public void WaitForEnd() => _allEnded.WaitOne();
}
