namespace MailModule.Authentication.Checks;

/// <summary>The time that questions have together: they end when it is up, or when nobody wants to know any more.
/// Disposed of, it ends them at once. Any thread.</summary>
internal sealed class QuestionTime : IDisposable
{
    // It is not disposed of: what still asks may look at its token.
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _registration;

    /// <param name="cancel">Ends them too.</param>
    public QuestionTime(TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        _end = new CancellationTokenSource(limit, time);
        _registration = cancel.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
    }

    public CancellationToken End => _end.Token;

    public void Dispose()
    {
        _registration.Unregister();
        _end.Cancel();
    }
}
