namespace MailModule.Engine.Serving;

/// <summary>
/// When users have logged in by POP3 last, for those who may not do so too often (RFC 2449 §6.5). Bounded; the oldest
/// go first, and only a right login makes one. Any thread.
/// </summary>
internal sealed class LoginDelays(TimeProvider clock)
{
    private const int Capacity = 16_384;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TimeSpan> _last = [];

    /// <summary>The user's last login is as long ago as this, or none is known.</summary>
    public bool MayLogIn(string user, TimeSpan delay)
    {
        lock (_lock)
            return !_last.TryGetValue(user, out TimeSpan last) || clock.GetElapsedTime(0) - last >= delay;
    }

    /// <summary>The user logs in now.</summary>
    public void Add(string user)
    {
        lock (_lock)
        {
            _last[user] = clock.GetElapsedTime(0);
            if (_last.Count <= Capacity)
                return;
            foreach (var oldest in _last.OrderBy(one => one.Value).Take(Capacity / 4).ToList())
                _last.Remove(oldest.Key);
        }
    }
}
