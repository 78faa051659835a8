using System.Diagnostics;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Marks that are to be written soon: to the file at once, which a killed process does not undo, and to the platter a little later, together. While they come by the
/// thousand one write takes those of a millisecond.
/// </summary>
internal sealed partial class Committer
{
    private static readonly TimeSpan SyncWithin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WriteTogether = TimeSpan.FromMilliseconds(1);

    private long _writtenSoon;
    private long _unsyncedSince;

    private bool IsSyncDue => _hasStagedBookkeeping && UntilSync <= TimeSpan.Zero;

    private TimeSpan UntilSync => SyncWithin - Stopwatch.GetElapsedTime(_unsyncedSince);

    public void MarkDone(SpoolEntry entry, ReadOnlySpan<int> recipients, bool soon)
    {
        if (entry.Mark(recipients, soon))
            _queue.PushMarked(entry);
        // Also for one who pushed it while another thread made it urgent.
        if (entry.IsSoon)
            _queue.Hasten();
    }

    private void WriteSoon()
    {
        TimeSpan together = WriteTogether - Stopwatch.GetElapsedTime(_writtenSoon);
        if (together > TimeSpan.Zero)
        {
            _queue.WaitForMessages(together, _isStopping);
            return;
        }
        bool wasStaged = _hasStagedBookkeeping;
        CollectMarks();
        StageVoids();
        StageMarks();
        Fault fault = _active?.Write() ?? Fault.None;
        if (fault != Fault.None)
            Abandon(fault);
        _writtenSoon = Stopwatch.GetTimestamp();
        if (!wasStaged)
            _unsyncedSince = _writtenSoon;
        // What did not get there is tried once more at once, with all the rest, and then at the pace of marks that have time.
        _isRested = _stagedMarks < _marks.Count;
    }

    private void Rest()
    {
        TimeSpan? rest = _isRested ? null : _options.MarkRest;
        if (_hasStagedBookkeeping)
            rest = Sooner(rest, UntilSync > TimeSpan.Zero ? UntilSync : TimeSpan.Zero);
        rest = Sooner(rest, UntilMove);
        _isRested = !_queue.Wait(rest, marksToo: _isRested, _isStopping);
    }

    private static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;
}
