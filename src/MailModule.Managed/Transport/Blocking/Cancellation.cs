using MailModule.Primitives.Os;

namespace MailModule.Transport.Blocking;

/// <summary>
/// Ends what a connection's thread waits for, at once and for good: every later wait ends as well, until
/// <see cref="Lift"/>. Any thread may <see cref="Cancel"/>; the rest is the connection's thread's.
/// </summary>
internal sealed class Cancellation : IDisposable
{
    private readonly Lock _lock = new();
    private InterruptibleWait? _wait;
    private Action? _interrupt;
    private volatile bool _isCancelled;

    public bool IsCancelled => _isCancelled;

    /// <summary>What is waited with; after <see cref="TryPrepare"/>.</summary>
    public InterruptibleWait Wait => _wait!;

    /// <summary>False: the system has no descriptor left.</summary>
    public bool TryPrepare()
    {
        if (_wait is not null)
            return true;
        InterruptibleWait? wait = InterruptibleWait.TryCreate();
        lock (_lock)
        {
            _wait = wait;
            if (_isCancelled)
                wait?.Interrupt();
        }
        return wait is not null;
    }

    /// <summary>Once for good; a second time changes nothing.</summary>
    public void Cancel()
    {
        lock (_lock)
        {
            if (_isCancelled)
                return;
            _isCancelled = true;
            _wait?.Interrupt();
            _interrupt?.Invoke();
        }
    }

    public void Lift()
    {
        lock (_lock)
        {
            if (!_isCancelled)
                return;
            _isCancelled = false;
            _wait?.Reset();
        }
    }

    /// <summary>
    /// What a cancel interrupts beside <see cref="Wait"/>, from now on; null: nothing. When this returns, the one
    /// before, which it gives back, is not under way. Called at once where a cancel has come before. Must not block,
    /// and not come back here.
    /// </summary>
    public Action? Interrupts(Action? interrupt)
    {
        lock (_lock)
        {
            Action? before = _interrupt;
            _interrupt = interrupt;
            if (_isCancelled)
                interrupt?.Invoke();
            return before;
        }
    }

    /// <summary>Nobody cancels any more, or it has no effect.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _wait?.Dispose();
            _wait = null;
            _interrupt = null;
        }
    }
}
