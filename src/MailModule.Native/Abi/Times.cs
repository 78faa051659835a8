using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Times and waits as the header tells them.</summary>
internal static class Times
{
    /// <summary>What "without limit" comes to: more than any host waits, and less than a wait can be told.</summary>
    private static readonly TimeSpan Unlimited = TimeSpan.FromDays(20);

    /// <summary>The answer to a wait that is none.</summary>
    public static Fault NoWait
        => FaultReason.Because(Fault.Argument, "timeout_ms is 0 or more, or -1 for no limit");

    /// <summary>Milliseconds since 1970; 0 for none.</summary>
    public static long Of(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds() ?? 0;

    /// <summary>A wait in milliseconds, -1 without limit; false below that.</summary>
    public static bool TryReadWait(int milliseconds, out TimeSpan wait)
    {
        wait = milliseconds == Timeout.Infinite || milliseconds > Unlimited.TotalMilliseconds
            ? Unlimited
            : TimeSpan.FromMilliseconds(milliseconds);
        return milliseconds >= Timeout.Infinite;
    }
}
