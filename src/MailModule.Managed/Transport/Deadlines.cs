namespace MailModule.Transport;

/// <summary>
/// How long a connection may wait for its peer, and since when it does. Times are milliseconds of the caller's clock.
/// Written by the owner; <see cref="FindPassed"/> is any thread's.
/// </summary>
/// <remarks>
/// Where a least speed holds, what is waited for has a deadline of one window from now on at most, and each octet moves
/// it by the time that an octet may take: so the average over the window has to reach the speed. Time that the session
/// takes for itself (<see cref="StopClock"/>) moves what the peer owes.
/// </remarks>
internal struct Deadlines
{
    public const long Never = long.MaxValue;
    public static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);

    /// <summary>The part of the window after which the system is asked for the first time what the peer has taken.
    /// </summary>
    private const int FirstLook = 12;
    private const long Unknown = -1;

    private Pace _pace = Pace.Any;
    private Expected _expected;
    private long _lastActivity;
    private long _deadline = Never;
    private long _owedBy = Never;
    private long _takenBy = Never;
    private long _doneBy = Never;
    private long _contentSince;
    private long _stoppedAt = Never;
    private long _inSystem;

    public Deadlines()
    {
    }

    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public void Set(TimeSpan fromNow, long now)
    {
        bool isEndless = fromNow >= TimeSpan.FromDays(365);
        Volatile.Write(ref _deadline, isEndless ? Never : now + (long)fromNow.TotalMilliseconds);
    }

    public void SetPace(Pace pace, long now)
    {
        _pace = pace;
        GotDone(isLoggedIn: false, now);
    }

    /// <inheritdoc cref="IPeer.GotDone"/>
    public void GotDone(bool isLoggedIn, long now)
        => Volatile.Write(ref _doneBy, isLoggedIn ? Never : Later(now, _pace.TimeToAct));

    public void Touch(long now) => Volatile.Write(ref _lastActivity, now);

    /// <inheritdoc cref="IPeer.Expect"/>
    public readonly bool Expects(Expected what) => _expected == what;

    /// <inheritdoc cref="IPeer.Expect"/>
    public void Expect(Expected what, long now)
    {
        if (_stoppedAt != Never)
            _stoppedAt = TakeOut(now);
        if (_expected == Expected.Content)
            Volatile.Write(ref _doneBy, Later(_doneBy, now - _contentSince)); // its speed was looked at
        if (what == Expected.Content)
            _contentSince = now;
        Volatile.Write(ref _owedBy, what switch
        {
            Expected.RestOfLine => Later(now, _pace.LineTime),
            Expected.Content when _pace.LeastSpeed > 0 => now + _pace.Window,
            _ => Never,
        });
        _expected = what;
    }

    /// <summary>Octets have come from the peer.</summary>
    public void Received(int octets, long now)
    {
        Touch(now);
        if (_expected == Expected.Content && _owedBy != Never)
            Volatile.Write(ref _owedBy, Math.Min(now + _pace.Window, _owedBy + _pace.TimeOf(octets)));
    }

    /// <summary>From here on it is not the peer that is waited for.</summary>
    public void StopClock(long now) => _stoppedAt = now;

    /// <summary>The peer is waited for again.</summary>
    public void StartClock(long now)
    {
        Touch(now);
        if (_stoppedAt != Never)
            TakeOut(now);
        _stoppedAt = Never;
    }

    /// <summary>Moves what the peer owes by the time that was not its.</summary>
    private long TakeOut(long now)
    {
        long ours = now - _stoppedAt;
        _contentSince += ours;
        Volatile.Write(ref _doneBy, Later(_doneBy, ours));
        long owedBy = Later(_owedBy, ours);
        if (_expected == Expected.Content && owedBy != Never)
            owedBy = Math.Min(owedBy, now + _pace.Window);
        Volatile.Write(ref _owedBy, owedBy);
        return now;
    }

    /// <summary>Not all output could leave.</summary>
    public void OutputWaits(long now)
    {
        if (_takenBy != Never || _pace.LeastSpeed == 0)
            return;
        _inSystem = Unknown;
        Volatile.Write(ref _takenBy, now + _pace.Window / FirstLook);
    }

    /// <summary>The system has taken so many octets of output.</summary>
    public void Sent(int octets, bool isAll)
    {
        if (isAll)
            Volatile.Write(ref _takenBy, Never);
        else if (_inSystem != Unknown)
            _inSystem += octets;
    }

    /// <summary>Whether what the peer takes has to be looked at, by <see cref="Look"/>.</summary>
    public readonly bool AreToLook(long now) => now >= _takenBy;

    /// <param name="inSystem">Octets that the system has and the peer has not.</param>
    public void Look(long inSystem, long now)
    {
        long taken = _inSystem == Unknown ? 0 : Math.Max(0, _inSystem - inSystem);
        if (_inSystem == Unknown)
            Volatile.Write(ref _takenBy, now + _pace.Window);
        else if (taken > 0)
            Volatile.Write(ref _takenBy, Math.Min(now + _pace.Window, _takenBy + _pace.TimeOf(taken)));
        if (taken > 0)
            Touch(now);
        _inSystem = inSystem;
    }

    /// <summary>Why the connection is at its end; null: it is not. Any thread.</summary>
    public readonly ExpiryReason? FindPassed(Phase phase, long now)
    {
        TimeSpan allowed = phase switch
        {
            Phase.Handshake => HandshakeTimeout,
            Phase.Linger => LingerTime,
            _ => IdleTimeout,
        };
        bool mayBeLate = phase is Phase.Read or Phase.Throttled or Phase.Write or Phase.Drain;
        if (now - Volatile.Read(in _lastActivity) >= (long)allowed.TotalMilliseconds
            || (mayBeLate && now >= Volatile.Read(in _deadline)))
            return ExpiryReason.Idle;
        return now >= EndOfPace(phase) ? ExpiryReason.Slow : null;
    }

    /// <summary>When a peer that does nothing more becomes too slow.</summary>
    public readonly long EndOfPace(Phase phase)
    {
        long end = phase is Phase.Read or Phase.Wait ? Volatile.Read(in _owedBy) : Never;
        if (phase is Phase.Read or Phase.Throttled or Phase.Write && _expected != Expected.Content)
            end = Math.Min(end, Volatile.Read(in _doneBy));
        if (phase is Phase.Read or Phase.Throttled or Phase.Write or Phase.Drain)
            end = Math.Min(end, Volatile.Read(in _takenBy));
        return end;
    }

    private static long Later(long time, long by) => time == Never || by == Never ? Never : time + by;
}
