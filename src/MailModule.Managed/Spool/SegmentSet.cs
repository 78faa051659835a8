using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// The segments that are there: opens the next one, lets go of those that are done, keeps a few to be written again. It keeps the three rules of
/// docs/spool-states.md, "when a segment may go". The committer's own.
/// </summary>
internal sealed class SegmentSet : IDisposable
{
    private const int StageSize = 256 * 1024;
    private const int SpareDescriptors = 2;
    private const int CostShare = 4;

    private readonly IDisk _disk;
    private readonly SpoolPaths _paths;
    private readonly IDiskDirectory _directory;
    private readonly FreeSpace _space;
    private readonly int _segmentLimit;
    private readonly byte[] _stage = GC.AllocateUninitializedArray<byte>(StageSize);
    private readonly Dictionary<long, Segment> _closed = [];
    private readonly HashSet<Segment> _reclaimable = [];
    private readonly List<(Segment Segment, string? Free)> _removed = [];
    private readonly List<Segment> _held = [];
    private readonly HashSet<Segment> _abouts = [];
    private readonly Queue<string> _pool = new();
    private readonly List<IDisposable> _spares = [];
    private long _next;
    private bool _nameIsOwed;

    public SegmentSet(SpoolOptions options, FreeSpace space, IDiskDirectory directory, RecoveredLog log)
    {
        _disk = options.Disk;
        _segmentLimit = options.SegmentLimit;
        _paths = new SpoolPaths(options.Directory);
        _directory = directory;
        _space = space;
        _next = log.NextNumber;
        foreach (Segment segment in log.Segments)
            Close(segment);
        int pool = SegmentSize.For(space.Now, _segmentLimit).Pool;
        foreach (string free in log.Free)
            if (_pool.Count < pool)
                _pool.Enqueue(free);
            else
                _disk.Unlink(free);
        foreach (string unsure in log.NotToBeReused)
            _disk.Unlink(unsure);
        OpenSpares();
    }

    /// <summary>Segments about which all must be said again, so that one that only speaks about them can go.</summary>
    public HashSet<Segment> Repeated { get; } = [];

    /// <summary>What the next segment to be opened will be called.</summary>
    public long NextNumber => _next;

    /// <summary>Opens the next segment, which then needs <see cref="SyncName"/> before anything in it counts.</summary>
    public Fault OpenNext(out ActiveSegment? active)
    {
        long number = _next++;
        string path = _paths.Segment(number);
        SegmentSize size = SegmentSize.For(_space.Now, _segmentLimit);
        Fault fault = Reuse(number, path, out IDiskFile file);
        if (fault != Fault.None)
            fault = Create(number, path, out file);
        if (fault == Fault.Full)
        {
            CloseSpares();
            fault = Create(number, path, out file);
        }
        OpenSpares();
        active = fault == Fault.None ? new ActiveSegment(new Segment(_disk, number, path), file, _stage, size) : null;
        _nameIsOwed |= fault == Fault.None;
        return fault;
    }

    /// <summary>Makes the name of the newest segment durable, if it is not yet.</summary>
    public Fault SyncName()
    {
        Fault fault = _nameIsOwed ? _directory.Sync() : Fault.None;
        _nameIsOwed &= fault != Fault.None;
        return fault;
    }

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

    /// <summary>The oldest segment that is worth emptying and was closed until then; else null, and when the first one was closed that is worth it.</summary>
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

    /// <summary>All about a segment is durable in those from a number on; earlier ones need not stay for it.</summary>
    public void CompleteRepeat(Segment about, long from)
    {
        Repeated.Remove(about);
        foreach (Segment segment in _closed.Values)
            if (segment.Number < from)
                segment.About.Remove(about);
    }

    /// <summary>Lets all segments go that may. What fails is tried again at the next call.</summary>
    public void Reclaim(Segment? active)
    {
        do
            RemoveReclaimable();
        while (_removed.Count > 0 && TryForgetRemoved(active));
    }

    /// <summary>Gives the space of the pool back to the file system; false if there was none.</summary>
    public bool UnlinkPool()
    {
        bool any = _pool.Count > 0;
        while (_pool.TryDequeue(out string? free))
            _disk.Unlink(free);
        return any;
    }

    public void Dispose()
    {
        CloseSpares();
        _directory.Dispose();
    }

    private void RemoveReclaimable()
    {
        foreach (Segment segment in _reclaimable)
            if (segment.About.Count > 0)
                _held.Add(segment);
            else if (TryRemove(segment, out string? free))
                _removed.Add((segment, free));
        foreach ((Segment segment, _) in _removed)
            _reclaimable.Remove(segment);
        RequestRepeats();
    }

    // Segments that only speak about others are worth to be let go when that takes little to say again.
    private void RequestRepeats()
    {
        long goes = 0, costs = 0;
        _abouts.Clear();
        foreach (Segment segment in _held)
        {
            goes += segment.Octets;
            _abouts.UnionWith(segment.About);
        }
        foreach (Segment about in _abouts)
            costs += about.OctetsToRepeat;
        if (costs * CostShare <= goes)
            Repeated.UnionWith(_abouts);
        _held.Clear();
    }

    private bool TryRemove(Segment segment, out string? free)
    {
        int pool = SegmentSize.For(_space.Now, _segmentLimit).Pool;
        bool isSound = segment.VoidFrom == long.MaxValue && segment.MayBeReused;
        free = isSound && _pool.Count + _removed.Count < pool ? _paths.Free(segment.Number) : null;
        Fault fault = free is not null ? _disk.Rename(segment.Path, free) : _disk.Unlink(segment.Path);
        return fault is Fault.None or Fault.NotFound;
    }

    // Only when the directory is durable is a segment gone for good, and what was said about it no longer needed.
    private bool TryForgetRemoved(Segment? active)
    {
        if (_directory.Sync() != Fault.None)
            return false;
        foreach ((Segment gone, string? free) in _removed)
        {
            _closed.Remove(gone.Number);
            Repeated.Remove(gone);
            active?.About.Remove(gone);
            foreach (Segment segment in _closed.Values)
                segment.About.Remove(gone);
            if (free is not null)
                _pool.Enqueue(free);
        }
        _removed.Clear();
        return true;
    }

    private Fault Reuse(long number, string path, out IDiskFile file)
    {
        file = null!;
        while (_pool.TryDequeue(out string? free))
        {
            Fault fault = _disk.Open(free, DiskOpen.Existing, out file);
            if (fault == Fault.None)
                fault = WriteHeader(file, number);
            if (fault == Fault.None)
                fault = _disk.Rename(free, path);
            if (fault == Fault.None)
                return fault;
            file.Dispose();
            _disk.Unlink(free);
        }
        return Fault.NotFound;
    }

    private Fault Create(long number, string path, out IDiskFile file)
    {
        Fault fault = _disk.Open(path, DiskOpen.New, out file);
        if (fault != Fault.None)
            return fault;
        fault = WriteHeader(file, number);
        if (fault == Fault.None)
            return fault;
        file.Dispose();
        _disk.Unlink(path);
        return fault;
    }

    private static Fault WriteHeader(IDiskFile file, long number)
    {
        Span<byte> header = stackalloc byte[SegmentHeader.Size];
        SegmentHeader.Write(header, number);
        return file.Write(header, 0);
    }

    private void OpenSpares()
    {
        while (_spares.Count < SpareDescriptors && _disk.OpenDirectory(_paths.Directory, out IDiskDirectory spare) == Fault.None)
            _spares.Add(spare);
    }

    private void CloseSpares()
    {
        foreach (IDisposable spare in _spares)
            spare.Dispose();
        _spares.Clear();
    }
}
