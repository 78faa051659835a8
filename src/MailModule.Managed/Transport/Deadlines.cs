namespace MailModule.Transport;

/// <summary>How long a connection may wait for its peer, and since when it does.</summary>
internal struct Deadlines
{
    public static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);
    private long _lastActivity;
    private long _deadline = long.MaxValue;

    public Deadlines()
    {
    }

    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public void Set(TimeSpan fromNow)
    {
        bool isEndless = fromNow >= TimeSpan.FromDays(365);
        long deadline = isEndless ? long.MaxValue : Environment.TickCount64 + (long)fromNow.TotalMilliseconds;
        Volatile.Write(ref _deadline, deadline);
    }

    public void Touch() => Volatile.Write(ref _lastActivity, Environment.TickCount64);

    /// <summary>Any thread.</summary>
    public readonly bool ArePassed(Phase phase, long now)
    {
        TimeSpan allowed = phase switch
        {
            Phase.Handshake => HandshakeTimeout,
            Phase.Linger => LingerTime,
            _ => IdleTimeout,
        };
        bool mayBeLate = phase is Phase.Read or Phase.Throttled or Phase.Write or Phase.Drain;
        return now - Volatile.Read(in _lastActivity) >= (long)allowed.TotalMilliseconds
            || (mayBeLate && now >= Volatile.Read(in _deadline));
    }
}
