using System.Diagnostics;

namespace MailModule.Spool;

/// <summary>
/// When marks are written. Those that are to be written soon are written, and synced, together with others of a short
/// time; those that have time when nothing else has come for a while. The committer's own.
/// </summary>
/// <param name="rest">How long nothing else comes before marks that have time are written.</param>
internal struct MarkPace(TimeSpan rest)
{
    private static readonly TimeSpan s_syncWithin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_writeTogether = TimeSpan.FromMilliseconds(1);

    private long _writtenAt;
    private long _unsyncedSince;

    /// <summary>Until the next write; zero or less: now.</summary>
    public readonly TimeSpan UntilWrite => s_writeTogether - Stopwatch.GetElapsedTime(_writtenAt);

    /// <summary>Until what is written has to be synced, if anything is.</summary>
    public readonly TimeSpan UntilSync => s_syncWithin - Stopwatch.GetElapsedTime(_unsyncedSince);

    /// <summary>Nothing has come for that while.</summary>
    public bool HasRested { get; set; }

    /// <summary>Until marks that have time are written, if nothing comes; null: they were.</summary>
    public readonly TimeSpan? Rest => HasRested ? null : rest;

    /// <param name="isFirst">Nothing that was written before waits for its sync.</param>
    public void Written(bool isFirst)
    {
        _writtenAt = Stopwatch.GetTimestamp();
        if (isFirst)
            _unsyncedSince = _writtenAt;
    }
}
