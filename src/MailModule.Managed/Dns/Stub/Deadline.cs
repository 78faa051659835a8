namespace MailModule.Dns.Stub;

/// <summary>A time-out that began when this was made, and a token that may end the wait before.</summary>
internal sealed class Deadline(TimeSpan timeout, CancellationToken cancel)
{
    // The clock of the platform's timers: one that was set to the time that is left does not come before its end.
    private readonly long _end = Environment.TickCount64 + (long)Math.Ceiling(timeout.TotalMilliseconds);

    public CancellationToken Cancel => cancel;

    /// <summary>Zero when the time is up.</summary>
    public TimeSpan Left => TimeSpan.FromMilliseconds(Math.Max(0, _end - Environment.TickCount64));
}
