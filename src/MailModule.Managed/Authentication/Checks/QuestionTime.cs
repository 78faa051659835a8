namespace MailModule.Authentication.Checks;

/// <summary>The time that questions have together: they end when it is up, or when nobody wants to know any more.
/// Disposed of, it ends them at once. Any thread.</summary>
internal sealed class QuestionTime : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;

    // It is not disposed of: what still asks may look at its token.
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenRegistration _registration;
    private ITimer? _timer;
    private bool _isRunning;

    /// <param name="cancel">Ends them too.</param>
    public QuestionTime(TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        _limit = limit;
        _time = time;
        _registration = cancel.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
    }

    public CancellationToken End => _end.Token;

    /// <summary>The time runs from now on, if it does not yet: somebody waits for an answer.</summary>
    public void Run()
    {
        if (Interlocked.Exchange(ref _isRunning, true))
            return;
        if (_limit <= TimeSpan.Zero)
            _end.Cancel();
        else
            _timer = _time.CreateTimer(
                static end => ((CancellationTokenSource)end!).Cancel(), _end, _limit, Timeout.InfiniteTimeSpan);
        if (_end.IsCancellationRequested)
            _timer?.Dispose();
    }

    public void Dispose()
    {
        _registration.Unregister();
        _end.Cancel();
        _timer?.Dispose();
    }
}
