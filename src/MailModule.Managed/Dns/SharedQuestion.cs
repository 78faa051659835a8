namespace MailModule.Dns;

/// <summary>
/// A question that is under way once for all who ask it meanwhile. It ends when it is answered, or when the last of
/// them has cancelled. Any thread.
/// </summary>
internal sealed class SharedQuestion
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _abandoned = new();
    private readonly TaskCompletionSource<DnsAnswer> _answer = new();
    private readonly List<TaskCompletionSource<bool>> _waits = [];
    private int _askers = 1;
    private bool _isAnswered;

    /// <summary>Nobody waits for the answer any more.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>One more asks, and has to call <see cref="Wait"/>; false: the last one has just gone.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_askers == 0)
                return false;
            _askers++;
            return true;
        }
    }

    /// <summary>Asks another resolver, for all.</summary>
    public async Task Ask(Func<CancellationToken, ValueTask<DnsAnswer>> ask)
    {
        try
        {
            _answer.SetResult(await ask(Abandoned).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            // Whoever waits gets it.
            _answer.SetException(e);
        }
        lock (_lock)
            _isAnswered = true;
        // Nothing is added to the list any more.
        _waits.ForEach(static wait => wait.TrySetResult(true));
    }

    /// <param name="cancel">Ends this wait, and the question with the last wait.</param>
    public async ValueTask<DnsAnswer> Wait(string name, CancellationToken cancel)
    {
        if (await IsAnswered(cancel).ConfigureAwait(false))
            return await _answer.Task.ConfigureAwait(false);
        Leave();
        return DnsAnswer.Cancelled(name);
    }

    /// <summary>False: it was cancelled before.</summary>
    /// <remarks>In place of WaitAsync, which goes by the platform's pool: one more thread to wake an answer.</remarks>
    private async ValueTask<bool> IsAnswered(CancellationToken cancel)
    {
        var wait = new TaskCompletionSource<bool>();
        lock (_lock)
        {
            if (_isAnswered)
                return true;
            _waits.Add(wait);
        }
        using CancellationTokenRegistration registration
            = cancel.UnsafeRegister(static wait => ((TaskCompletionSource<bool>)wait!).TrySetResult(false), wait);
        return await wait.Task.ConfigureAwait(false);
    }

    private void Leave()
    {
        bool wasLast;
        lock (_lock)
            wasLast = --_askers == 0;
        if (wasLast)
            _abandoned.Cancel();
    }
}
