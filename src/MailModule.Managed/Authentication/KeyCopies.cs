namespace MailModule.Authentication;

/// <summary>
/// One key for many threads. The platform's objects are for one thread at a time; a second one that comes meanwhile
/// gets a copy, which then stays, as long as there are no more than processors.
/// </summary>
/// <param name="first">The first of them; owned from now on.</param>
/// <param name="copy">Makes another.</param>
internal sealed class KeyCopies<T>(T first, Func<T> copy)
    where T : class, IDisposable
{
    private readonly T?[] _idle = [first, .. new T?[Math.Max(1, Environment.ProcessorCount) - 1]];

    /// <summary>One for the caller alone, until it is given back.</summary>
    public T Take()
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } key)
                return key;
        return copy();
    }

    public void GiveBack(T key)
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is null && Interlocked.CompareExchange(ref _idle[i], key, null) is null)
                return;
        key.Dispose();
    }
}
