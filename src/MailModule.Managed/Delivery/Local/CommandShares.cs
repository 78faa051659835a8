namespace MailModule.Delivery.Local;

/// <summary>
/// Says which action that runs commands is the next. Places are shared by users: by the system's user where several
/// homes are one's (<see cref="LocalAction.CommandShare"/>). Whoever had much time lately waits behind those who had
/// little, and some places are for these alone; an action that runs for long gives its place to another, up to a bound.
/// Not for two threads at once.
/// </summary>
internal sealed class CommandShares(TimeProvider time)
{
    /// <summary>Actions at once, without those that run for long.</summary>
    public const int Places = 16;

    /// <summary>Actions that run for long and take no place any more.</summary>
    public const int LongPlaces = 48;

    /// <summary>Actions of one share at once.</summary>
    public const int PlacesOfOne = 2;

    /// <summary>Of <see cref="Places"/>: for who had little time lately.</summary>
    public const int PlacesForLittle = 4;

    /// <summary>From then on an action runs for long.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    /// <summary>So much lately is little.</summary>
    public static readonly TimeSpan Little = TimeSpan.FromSeconds(2);

    /// <summary>Half of what a share has had is forgotten after so long.</summary>
    public static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(1);

    private const int SharesKept = 1000;

    private readonly Dictionary<LocalAction, long> _running = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Share> _shares = [];
    private int _waiting;
    private long _order;

    private sealed class Share
    {
        public readonly Queue<(long Order, LocalAction Action)> Waiting = new();
        public int Running;
        public double Seconds;
        public long CountedAt;

        public bool IsIdle => Running == 0 && Waiting.Count == 0;
    }

    public int Running => _running.Count;

    public int Waiting => _waiting;

    public void Add(LocalAction action)
    {
        if (!_shares.TryGetValue(action.CommandShare!, out Share? share))
        {
            ForgetIdle();
            _shares[action.CommandShare!] = share = new Share { CountedAt = time.GetTimestamp() };
        }
        share.Waiting.Enqueue((_order++, action));
        _waiting++;
    }

    /// <summary>Begins the next action, if there is one and a place for it.</summary>
    public bool TryTake(out LocalAction action)
    {
        action = null!;
        long now = time.GetTimestamp();
        int places = Places - PlacesTaken(now);
        if (_waiting == 0 || places <= 0 || FindNext(now) is not { } next)
            return false;
        if (places <= PlacesForLittle && SecondsOf(next, now) > Little.TotalSeconds)
            return false;
        Count(next, now);
        next.Running++;
        _waiting--;
        action = next.Waiting.Dequeue().Action;
        _running[action] = now;
        return true;
    }

    public void End(LocalAction action)
    {
        if (!_running.Remove(action) || !_shares.TryGetValue(action.CommandShare!, out Share? share))
            return;
        Count(share, time.GetTimestamp());
        share.Running--;
    }

    /// <summary>Forgets what waits.</summary>
    public void Clear()
    {
        foreach (Share share in _shares.Values)
            share.Waiting.Clear();
        _waiting = 0;
    }

    private int PlacesTaken(long now)
    {
        int isLong = _running.Values.Count(since => time.GetElapsedTime(since, now) >= Long);
        return _running.Count - Math.Min(isLong, LongPlaces);
    }

    private Share? FindNext(long now)
        => _shares.Values.Where(share => share.Waiting.Count > 0 && share.Running < PlacesOfOne)
            .MinBy(share => (SecondsOf(share, now), share.Waiting.Peek().Order));

    // What a share had until it was last counted fades; what its actions had since then is added.
    private double SecondsOf(Share share, long now)
    {
        double passed = time.GetElapsedTime(share.CountedAt, now).TotalSeconds;
        return share.Seconds * Math.Pow(0.5, passed / HalfLife.TotalSeconds) + passed * share.Running;
    }

    private void Count(Share share, long now)
    {
        share.Seconds = SecondsOf(share, now);
        share.CountedAt = now;
    }

    private void ForgetIdle()
    {
        if (_shares.Count < SharesKept)
            return;
        long now = time.GetTimestamp();
        foreach ((string name, Share share) in _shares)
            if (share.IsIdle && SecondsOf(share, now) < 0.01)
                _shares.Remove(name);
    }
}
