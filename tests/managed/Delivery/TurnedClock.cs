namespace MailModule.Tests.Delivery;

/// <summary>A clock that goes on by hand alone.</summary>
internal sealed class TurnedClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Turn(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
}
