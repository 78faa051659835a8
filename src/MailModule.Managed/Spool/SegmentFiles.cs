using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// The files of the log: makes, opens and removes segments, holds on to the descriptors that it takes, and has the
/// files that are to become segments. The committer's own.
/// </summary>
internal sealed class SegmentFiles : IDisposable
{
    private const int StageSize = 256 * 1024;
    private const int SpareDescriptors = 2;
    private const int ReserveStep = 16 * 1024;

    private readonly IDisk _disk;
    private readonly SpoolPaths _paths;
    private readonly IDiskDirectory _directory;
    private readonly FreeSpace _space;
    private readonly int _segmentLimit;
    private readonly byte[] _stage = GC.AllocateUninitializedArray<byte>(StageSize);
    private readonly List<IDisposable> _spares = [];
    private readonly FreeSegments _free;
    private bool _nameIsOwed;

    /// <param name="reserve">Room that the reserve needs.</param>
    public SegmentFiles(SpoolOptions options, FreeSpace space, IDiskDirectory directory, RecoveredLog log, long reserve)
    {
        _disk = options.Disk;
        _paths = new SpoolPaths(options.Directory);
        _directory = directory;
        _space = space;
        _segmentLimit = options.SegmentLimit;
        NextNumber = log.NextNumber;
        _free = new FreeSegments(_disk, _paths, directory);
        foreach (string free in log.Free)
            if (IsWanted(_free.Count, _free.Room, reserve))
                _free.Add(free);
            else
                _disk.Unlink(free);
        foreach (string unsure in log.NotToBeReused)
            _disk.Unlink(unsure);
        OpenSpares();
    }

    /// <summary>What the next segment to be opened will be called.</summary>
    public long NextNumber { get; private set; }

    /// <summary>Octets for records in files that messages need not write into.</summary>
    public long ReserveRoom => _free.Room;

    private SegmentSize Size => SegmentSize.For(_space.Now, _segmentLimit);

    /// <summary>Opens the next segment, which then needs <see cref="SyncName"/> before anything in it counts.</summary>
    /// <param name="reserve">Room that stays in the reserve.</param>
    public Fault OpenNext(long reserve, out ActiveSegment? active)
    {
        long number = NextNumber++;
        Fault fault = Reuse(number, reserve, out IDiskFile file);
        if (fault != Fault.None)
            fault = WithSpares(() => Create(number, out file));
        active = Opened(fault, number, file);
        return fault;
    }

    /// <summary>Opens a file of the reserve as the next segment: nothing else is possible any more.</summary>
    public Fault OpenFromReserve(out ActiveSegment? active)
    {
        IDiskFile file = null!;
        long number = NextNumber++;
        Fault fault = WithSpares(() => Reuse(number, 0, out file));
        active = Opened(fault, number, file);
        return fault == Fault.NotFound ? Fault.Full : fault;
    }

    /// <summary>Opens a segment of the last run again, to go on where its last record ends.</summary>
    public Fault Resume(Segment segment, out ActiveSegment? active)
    {
        Fault fault = _disk.Open(segment.Path, DiskOpen.Existing, out IDiskFile file);
        active = fault == Fault.None ? new ActiveSegment(segment, file, _stage, Size, segment.End) : null;
        return fault;
    }

    /// <summary>Makes the name of the newest segment durable, if it is not yet.</summary>
    public Fault SyncName()
    {
        Fault fault = _nameIsOwed ? _directory.Sync() : Fault.None;
        _nameIsOwed &= fault != Fault.None;
        return fault;
    }

    public Fault SyncDirectory() => _directory.Sync();

    /// <summary>Makes sure of so much room in the reserve, durably.</summary>
    public Fault GrowReserve(long room)
        => WithSpares(() => _free.Grow(room, NextNumber++, Math.Min(ReserveStep, Size.Step)));

    /// <summary>Gives what is not needed for so much room in the reserve back to the file system.</summary>
    public void UnlinkBeyond(long room) => _free.UnlinkBeyond(room);

    /// <summary>Removes a segment's name, which is durable only after <see cref="SyncDirectory"/>.</summary>
    /// <param name="before">Those that were removed since the last one.</param>
    /// <param name="free">What the file is called now, to become a segment again; null: it was unlinked.</param>
    public bool TryRemove(Segment segment, List<(Segment Segment, string? Free)> before, long reserve, out string? free)
    {
        int count = _free.Count;
        long room = _free.Room;
        foreach ((Segment other, string? path) in before)
            (count, room) = path is null ? (count, room) : (count + 1, room + other.Octets);
        bool isSound = segment.VoidFrom == long.MaxValue && segment.MayBeReused;
        free = isSound && IsWanted(count, room, reserve) ? _paths.Free(segment.Number) : null;
        Fault fault = free is not null ? _disk.Rename(segment.Path, free) : _disk.Unlink(segment.Path);
        return fault is Fault.None or Fault.NotFound;
    }

    public void AddFree(string path, long length) => _free.Add(path, length);

    public void Dispose()
    {
        CloseSpares();
        _directory.Dispose();
    }

    // The pool, and one file for the reserve.
    private bool IsWanted(int count, long room, long reserve) => room < reserve || count <= Size.Pool;

    private ActiveSegment? Opened(Fault fault, long number, IDiskFile file)
    {
        if (fault != Fault.None)
            return null;
        _nameIsOwed = true;
        return new ActiveSegment(new Segment(_disk, number, _paths.Segment(number)), file, _stage, Size,
            SegmentHeader.Size);
    }

    private Fault Reuse(long number, long reserve, out IDiskFile file)
    {
        file = null!;
        while (_free.TryRemoveLongest(reserve, out string free, out long length))
        {
            Fault fault = _disk.Open(free, DiskOpen.Existing, out file);
            if (fault == Fault.None)
                fault = WriteHeader(file, number);
            if (fault == Fault.None)
                fault = _disk.Rename(free, _paths.Segment(number));
            if (fault == Fault.None)
                return fault;
            file.Dispose();
            if (fault == Fault.Full)
            {
                // No descriptor: the file is as good as it was.
                _free.Add(free, length);
                return fault;
            }
            _disk.Unlink(free);
        }
        return Fault.NotFound;
    }

    private Fault Create(long number, out IDiskFile file)
    {
        string path = _paths.Segment(number);
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

    // Where nothing is left, it may have been the descriptors.
    private Fault WithSpares(Func<Fault> open)
    {
        Fault fault = open();
        if (fault == Fault.Full)
        {
            CloseSpares();
            fault = open();
        }
        OpenSpares();
        return fault;
    }

    private void OpenSpares()
    {
        while (_spares.Count < SpareDescriptors
            && _disk.OpenDirectory(_paths.Directory, out IDiskDirectory spare) == Fault.None)
            _spares.Add(spare);
    }

    private void CloseSpares()
    {
        foreach (IDisposable spare in _spares)
            spare.Dispose();
        _spares.Clear();
    }
}
