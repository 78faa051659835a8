using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Rule 3 of docs/spool-states.md: writes all that is known about a segment once more, so that a later one that holds
/// nothing else can go. The committer's own.
/// </summary>
internal sealed class MarkRepeater : IStagedRecords
{
    private readonly LogWriter _log;
    private readonly SegmentSet _segments;
    private readonly BookkeepingRecords _records;
    private readonly List<DoneMark> _marks = [];
    private readonly List<Segment> _repeating = [];
    private long _repeatedFrom;
    private bool _isWhole;

    public MarkRepeater(LogWriter log, SegmentSet segments, BookkeepingRecords records)
    {
        _log = log;
        _segments = segments;
        _records = records;
        log.Add(this);
    }

    public bool IsOwing => _segments.Repeated.Count > 0;

    /// <summary>Stages what is known about the segments for which the set of segments asks.</summary>
    public void Stage()
    {
        _isWhole = false;
        if (!IsOwing || !_log.MayRepeat(_segments.Repeated.Sum(BookkeepingDemand.MostOctetsToRepeat)))
            return;
        _repeating.Clear();
        _repeating.AddRange(_segments.Repeated);
        _repeatedFrom = _log.ActiveNumber;
        int faults = _log.Faults;
        bool isStaged = _repeating.TrueForAll(TryStage);
        // What was staged first may have been abandoned meanwhile.
        _isWhole = isStaged && faults == _log.Faults;
    }

    public void Complete()
    {
        if (_isWhole)
            foreach (Segment segment in _repeating)
                _segments.CompleteRepeat(segment, _repeatedFrom);
        _isWhole = false;
    }

    public void Unstage(Segment abandoned, Fault fault) => _isWhole = false;

    private bool TryStage(Segment segment)
    {
        if (segment.VoidFrom != long.MaxValue
            && !(_log.TryPlaceBookkeeping(VoidRecord.Size) && _records.StageVoid(segment)))
            return false;
        _marks.Clear();
        bool isShorterAsRemaining = segment.Done.Count * DoneMark.Size > segment.Live * RemainingRecord.OffsetSize;
        if (isShorterAsRemaining && !_records.TryStageRemaining(segment))
            return false;
        if (!isShorterAsRemaining)
            foreach (uint offset in segment.Done)
                _marks.Add(new DoneMark(segment.Number, offset, DoneMark.All));
        foreach (SpoolEntry entry in segment.HalfDone)
            entry.AddMarks(_marks);
        for (int start = 0; start < _marks.Count;)
        {
            int count = Math.Min(_log.MarksThatFit, _marks.Count - start);
            if (!_log.TryPlaceBookkeeping(count * DoneMark.Size) || !_records.StageMarks(_marks, start, count))
                return false;
            start += count;
        }
        return true;
    }
}
