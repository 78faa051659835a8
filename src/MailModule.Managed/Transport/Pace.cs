namespace MailModule.Transport;

/// <summary>What a server's peer has begun to send, and so owes the rest of.</summary>
internal enum Expected
{
    /// <summary>Nothing is begun: the peer may be idle.</summary>
    Command,
    RestOfLine,
    /// <summary>Octets of a message.</summary>
    Content,
}

/// <summary>
/// How fast a peer must be, beside what <see cref="IPeer.IdleTimeout"/> says, which begins again with every octet.
/// Immutable; shared by connections.
/// </summary>
internal sealed record Pace
{
    private const long Minute = 60_000;

    /// <summary>No bound: for a client, whose sessions set deadlines themselves.</summary>
    public static readonly Pace Any = new();

    /// <summary>Milliseconds for a line once it is begun.</summary>
    public long LineTime { get; private init; } = Deadlines.Never;

    /// <summary>
    /// Milliseconds for a peer without a login until it has got something done; then they begin again.
    /// </summary>
    public long TimeToAct { get; private init; } = Deadlines.Never;

    /// <summary>Milliseconds over which the speed of content and of answers is averaged.</summary>
    public long Window { get; private init; }

    /// <summary>Octets a minute of content, and of answers that are taken; 0: any speed will do.</summary>
    public long LeastSpeed { get; private init; }

    /// <summary>The bounds of a server. A line, and the average of a speed, get a minute; all follows a shorter idle
    /// time.</summary>
    public static Pace Of(TimeSpan idleTimeout, long leastSpeed)
    {
        long idle = (long)idleTimeout.TotalMilliseconds;
        return new Pace
        {
            LineTime = Math.Min(Minute, idle),
            TimeToAct = 2 * idle,
            Window = Math.Min(Minute, idle),
            LeastSpeed = leastSpeed,
        };
    }

    /// <summary>The time that so many octets may take, in milliseconds; only where there is a least speed.</summary>
    public long TimeOf(long octets) => octets * Minute / LeastSpeed;
}
