namespace MailModule.Delivery;

/// <summary>When a message is tried again and when it is given up (RFC 5321 §4.5.4.1). Pure.</summary>
/// <param name="Delays">Between attempts, at least one; the last repeats.</param>
/// <param name="Lifetime">From its reception until it is given up.</param>
/// <param name="DelayDsnAfter">From its reception until its sender is told once that it is late; zero: never.</param>
/// <param name="Pause">Between two deliveries; zero: none.</param>
internal sealed record RetrySchedule(
    IReadOnlyList<TimeSpan> Delays, TimeSpan Lifetime, TimeSpan DelayDsnAfter, TimeSpan Pause)
{
    /// <summary>The schedule that settings have by default.</summary>
    public static readonly RetrySchedule Default =
        new([.. new[] { 60, 300, 900, 1800, 3600 }.Select(seconds => TimeSpan.FromSeconds(seconds))],
        TimeSpan.FromDays(1), TimeSpan.FromHours(4), TimeSpan.Zero);

    public DateTimeOffset Expires(DateTimeOffset received) => received + Lifetime;

    /// <summary>The next attempt after one that failed now; the last is made when the life ends.</summary>
    /// <param name="attempts">How many have failed, at least one.</param>
    public DateTimeOffset NextAttempt(int attempts, DateTimeOffset received, DateTimeOffset now)
    {
        DateTimeOffset next = now + Delays[Math.Min(attempts, Delays.Count) - 1];
        DateTimeOffset last = Expires(received);
        return next > last && last > now ? last : next;
    }

    /// <summary>An attempt that failed now was the last.</summary>
    public bool IsOver(DateTimeOffset received, DateTimeOffset now) => now >= Expires(received);

    public bool IsDelayDsnDue(DateTimeOffset received, DateTimeOffset now)
        => DelayDsnAfter > TimeSpan.Zero && now - received >= DelayDsnAfter;
}
