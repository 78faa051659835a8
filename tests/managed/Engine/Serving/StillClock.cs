namespace MailModule.Tests.Engine.Serving;

/// <summary>A clock that moves only when told.</summary>
internal sealed class StillClock : TimeProvider
{
    public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => Now.Ticks;
}
