namespace MailModule.Engine.Connecting;

/// <summary>How fast a server must be, on an average. Immutable.</summary>
/// <param name="Window">Over which the speed is averaged.</param>
/// <param name="Least">Octets a minute; above 0.</param>
internal sealed record ServerSpeed(TimeSpan Window, long Least)
{
    /// <summary>The time that so many octets may take.</summary>
    public TimeSpan TimeOf(long octets) => TimeSpan.FromMinutes((double)octets / Least);
}
