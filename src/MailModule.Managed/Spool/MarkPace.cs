using System.Diagnostics;

namespace MailModule.Spool;

/// <summary>
/// When marks that are to be written soon are written, and when synced: both together with others of a short time. The
/// committer's own.
/// </summary>
internal struct MarkPace
{
    private static readonly TimeSpan s_syncWithin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_writeTogether = TimeSpan.FromMilliseconds(1);

    private long _writtenAt;
    private long _unsyncedSince;

    /// <summary>Until the next write; zero or less: now.</summary>
    public readonly TimeSpan UntilWrite => s_writeTogether - Stopwatch.GetElapsedTime(_writtenAt);

    /// <summary>Until what is written has to be synced, if anything is.</summary>
    public readonly TimeSpan UntilSync => s_syncWithin - Stopwatch.GetElapsedTime(_unsyncedSince);

    /// <param name="isFirst">Nothing that was written before waits for its sync.</param>
    public void Written(bool isFirst)
    {
        _writtenAt = Stopwatch.GetTimestamp();
        if (isFirst)
            _unsyncedSince = _writtenAt;
    }
}
