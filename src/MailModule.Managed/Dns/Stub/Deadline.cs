using System.Diagnostics;

namespace MailModule.Dns.Stub;

/// <summary>A time-out that began when this was made, and a token that may end the wait before.</summary>
internal readonly struct Deadline(TimeSpan timeout, CancellationToken cancel)
{
    private readonly long _began = Stopwatch.GetTimestamp();

    public CancellationToken Cancel => cancel;

    /// <summary>Zero when the time is up.</summary>
    public TimeSpan Left
    {
        get
        {
            TimeSpan left = timeout - Stopwatch.GetElapsedTime(_began);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
