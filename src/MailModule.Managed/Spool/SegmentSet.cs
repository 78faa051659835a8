using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// The segments that are there: opens the next one, removes those that are done. It keeps the rules of
/// docs/spool-states.md, "when a segment may go", and the length of the reserve. The committer's own.
/// </summary>
internal sealed class SegmentSet : IDisposable
{
    private const int CostShare = 4;

    private readonly SegmentFiles _files;
    private readonly Dictionary<long, Segment> _closed = [];
    private readonly HashSet<Segment> _reclaimable = [];
    private readonly List<(Segment Segment, string? Free)> _removed = [];
    private readonly List<Segment> _held = [];
    private readonly HashSet<Segment> _referenced = [];
    private Segment? _resumable;

    public SegmentSet(SpoolOptions options, FreeSpace space, IDiskDirectory directory, RecoveredLog log)
    {
        Demand = BookkeepingDemand.Of(log);
        _files = new SegmentFiles(options, space, directory, log, Demand.Octets);
        foreach (Segment segment in log.Segments)
            Close(segment);
        Segment? newest = log.Segments.MaxBy(segment => segment.Number);
        _resumable = newest is { MayBeReused: true, VoidFrom: long.MaxValue } ? newest : null;
    }

    /// <summary>Segments whose bookkeeping must be written again, so that a segment that holds nothing else can
    /// go.</summary>
    public HashSet<Segment> Repeated { get; } = [];

    /// <summary>What the next segment to be opened will be called.</summary>
    public long NextNumber => _files.NextNumber;

    /// <summary>What the reserve is for.</summary>
    public BookkeepingDemand Demand { get; }

    /// <summary>Octets for records in the files of the reserve.</summary>
    public long ReserveRoom => _files.ReserveRoom;

    /// <summary>Messages may be written: the reserve is long enough without what is left of a segment that was part of
    /// it.</summary>
    public bool IsCovered => ReserveRoom >= Demand.Octets;

    /// <summary>Makes the reserve long enough, if it is not.</summary>
    public Fault EnsureReserve(Segment? active)
    {
        if (IsCovered)
            return Fault.None;
        Fault fault = _files.GrowReserve(Demand.Octets);
        if (fault != Fault.Full)
            return fault;
        Reclaim(active);
        return IsCovered ? Fault.None : _files.GrowReserve(Demand.Octets);
    }

    /// <summary>Opens the next segment, which then needs <see cref="SyncName"/> before anything in it counts.</summary>
    public Fault OpenNext(out ActiveSegment? active) => Counted(_files.OpenNext(Demand.Octets, out active));

    /// <summary>Opens a file of the reserve as the next segment.</summary>
    public Fault OpenFromReserve(out ActiveSegment? active) => Counted(_files.OpenFromReserve(out active));

    /// <summary>There is a segment of the last run that could go on, since none was opened after it.</summary>
    public bool HasResumable => _resumable is not null;

    /// <summary>Opens the newest segment of the last run again; else active is null.</summary>
    public void Resume(out ActiveSegment? active)
    {
        active = null;
        if (_resumable is { } newest && _files.Resume(newest, out active) == Fault.None)
        {
            _closed.Remove(newest.Number);
            _reclaimable.Remove(newest);
        }
        _resumable = null;
    }

    /// <inheritdoc cref="SegmentFiles.SyncName"/>
    public Fault SyncName() => _files.SyncName();

    /// <summary>Takes a segment that is written no more.</summary>
    public void Close(Segment segment)
    {
        segment.ClosedAt = Environment.TickCount64;
        _closed.Add(segment.Number, segment);
        if (segment.Live == 0)
            _reclaimable.Add(segment);
    }

    /// <summary>A segment that is there; also while it leaves, until that is durable.</summary>
    public Segment? Find(long number) => _closed.GetValueOrDefault(number);

    /// <summary>The last live message of a segment is done.</summary>
    public void AddReclaimable(Segment segment)
    {
        if (_closed.ContainsKey(segment.Number))
            _reclaimable.Add(segment);
    }

    /// <summary>The oldest segment that is worth emptying and was closed until then; else null, and when the first one
    /// was closed that is worth it.</summary>
    public Segment? FindMostlyDead(long closedUntil, out long firstClosed)
    {
        Segment? found = null;
        firstClosed = long.MaxValue;
        foreach (Segment segment in _closed.Values)
        {
            if (!segment.IsMostlyDead)
                continue;
            firstClosed = Math.Min(firstClosed, segment.ClosedAt);
            if (segment.ClosedAt <= closedUntil && !(found?.Number < segment.Number))
                found = segment;
        }
        return found;
    }

    /// <summary>All records about a segment are durable in the segments from a number on; earlier ones need not stay
    /// for it.</summary>
    public void CompleteRepeat(Segment repeated, long from)
    {
        Repeated.Remove(repeated);
        foreach (Segment segment in _closed.Values)
            if (segment.Number < from)
                segment.References.Remove(repeated);
    }

    /// <summary>Lets all segments go that may. What fails is tried again at the next call.</summary>
    public void Reclaim(Segment? active)
    {
        do
            RemoveReclaimable();
        while (_removed.Count > 0 && TryForgetRemoved(active));
    }

    /// <summary>Gives the space that only the pool needs back to the file system.</summary>
    public void UnlinkPool() => _files.UnlinkBeyond(Demand.Octets);

    public void Dispose() => _files.Dispose();

    private Fault Counted(Fault opened)
    {
        if (opened != Fault.None)
            return opened;
        Demand.AddSegment();
        _resumable = null;
        return opened;
    }

    private void RemoveReclaimable()
    {
        foreach (Segment segment in _reclaimable)
            if (segment.References.Count > 0)
                _held.Add(segment);
            else if (_files.TryRemove(segment, _removed, Demand.Octets, out string? free))
                _removed.Add((segment, free));
        foreach ((Segment segment, _) in _removed)
            _reclaimable.Remove(segment);
        RequestRepeats();
    }

    // Segments that hold nothing but records about others are let go where it costs little to write those again.
    private void RequestRepeats()
    {
        long goes = 0, costs = 0;
        _referenced.Clear();
        foreach (Segment segment in _held)
        {
            goes += segment.Octets;
            _referenced.UnionWith(segment.References);
        }
        foreach (Segment segment in _referenced)
            costs += segment.OctetsToRepeat;
        if (costs * CostShare <= goes)
            Repeated.UnionWith(_referenced);
        _held.Clear();
    }

    // Only when the directory is durable is a segment gone for good, and are the records about it no longer needed.
    private bool TryForgetRemoved(Segment? active)
    {
        if (_files.SyncDirectory() != Fault.None)
            return false;
        foreach ((Segment gone, string? free) in _removed)
        {
            _closed.Remove(gone.Number);
            Demand.RemoveSegment(gone);
            Repeated.Remove(gone);
            active?.References.Remove(gone);
            foreach (Segment segment in _closed.Values)
                segment.References.Remove(gone);
            if (free is not null)
                _files.AddFree(free, gone.Octets);
        }
        _removed.Clear();
        return true;
    }
}
