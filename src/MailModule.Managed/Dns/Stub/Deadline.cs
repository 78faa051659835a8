using System.Diagnostics;

namespace MailModule.Dns.Stub;

/// <summary>Until when one waits: a moment, or a cancelled token.</summary>
internal readonly struct Deadline(TimeSpan time, CancellationToken cancel)
{
    private readonly long _began = Stopwatch.GetTimestamp();

    public CancellationToken Cancel => cancel;

    public TimeSpan Left
    {
        get
        {
            TimeSpan left = time - Stopwatch.GetElapsedTime(_began);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
