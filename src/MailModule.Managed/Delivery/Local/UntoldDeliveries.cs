namespace MailModule.Delivery.Local;

/// <summary>
/// Messages that are in a mailbox and are not marked done before their sender has been told. A deletion waits for those
/// of its own mailbox that were there before it, and for no others: they may come without end. Any thread.
/// </summary>
internal sealed class UntoldDeliveries
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, string> _homes = [];
    private long _last;

    /// <summary>The number of the newest.</summary>
    public long Last
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <returns>Its number, for <see cref="Remove"/>; numbers grow.</returns>
    public long Add(string home)
    {
        lock (_lock)
        {
            _homes.Add(++_last, home);
            return _last;
        }
    }

    public void Remove(long number)
    {
        lock (_lock)
            _homes.Remove(number);
    }

    /// <summary>Whether one for this home, up to this number, still waits.</summary>
    public bool HasAny(string home, long upTo)
    {
        lock (_lock)
        {
            foreach ((long number, string other) in _homes)
                if (number <= upTo && other == home)
                    return true;
            return false;
        }
    }
}
