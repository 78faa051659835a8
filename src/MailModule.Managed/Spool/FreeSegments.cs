using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// The files that are to become segments: some whose messages are all done, and the reserve. They are allocated: a
/// segment made of one needs no space until it is longer. The committer's own.
/// </summary>
internal sealed class FreeSegments(IDisk disk, SpoolPaths paths, IDiskDirectory directory)
{
    private const int MostLength = 64 * 1024 * 1024;
    private static readonly byte[] Zeros = new byte[64 * 1024];

    // What a segment has beside records: its header, and an end too short for a mark.
    private static readonly int Overhead = SegmentHeader.Size + RecordHeader.Padded(DoneMark.Size);

    private readonly List<FreeFile> _files = [];

    public int Count => _files.Count;

    /// <summary>Octets for records in all of them.</summary>
    public long Room { get; private set; }

    public void Add(string path)
    {
        if (disk.Open(path, DiskOpen.Existing, out IDiskFile file) != Fault.None)
            return;
        using (file)
            Add(path, file.Length);
    }

    public void Add(string path, long length)
    {
        var file = new FreeFile(path, length);
        _files.Add(file);
        Room += file.Room;
    }

    /// <summary>Takes the longest one out of the list, if the others keep so much room.</summary>
    public bool TryRemoveLongest(long keptRoom, out string path, out long length)
    {
        (path, length) = ("", 0);
        if (_files.Count == 0)
            return false;
        FreeFile longest = _files.MaxBy(file => file.Length);
        if (Room - longest.Room < keptRoom)
            return false;
        Remove(longest);
        (path, length) = longest;
        return true;
    }

    /// <summary>Gives back to the file system what is not needed for so much room.</summary>
    public void UnlinkBeyond(long keptRoom)
    {
        foreach (FreeFile file in _files.OrderByDescending(file => file.Length).ToList())
            if (Room - file.Room >= keptRoom)
            {
                Remove(file);
                disk.Unlink(file.Path);
            }
    }

    /// <summary>Makes sure of so much room, durably: lengthens the shortest file, or makes one.</summary>
    /// <param name="number">A segment number that no other file has, for a new one.</param>
    /// <param name="least">Octets by which it grows, if the disk has them.</param>
    public Fault Grow(long room, long number, int least)
    {
        bool isNew = _files.TrueForAll(file => file.Length > MostLength);
        FreeFile old = isNew ? new FreeFile(paths.Free(number), SegmentHeader.Size) : _files.MinBy(file => file.Length);
        Fault fault = disk.Open(old.Path, isNew ? DiskOpen.New : DiskOpen.Existing, out IDiskFile file);
        if (fault is not (Fault.None or Fault.Full) && !isNew)
        {
            // Somebody has removed it, or it cannot be used: another one will do.
            Remove(old);
            return Grow(room, number, least);
        }
        if (fault != Fault.None)
            return fault;
        long length = Math.Max(old.Length, Overhead) + room - Room;
        using (file)
        {
            fault = isNew ? WriteHeader(file, number) : Fault.None;
            if (fault == Fault.None)
                fault = Lengthen(file, old.Length, ref length, Math.Max(length + room / 2, old.Length + least));
        }
        if (fault == Fault.None && isNew)
            fault = directory.Sync();
        return Finish(old, isNew, length, fault);
    }

    private static Fault WriteHeader(IDiskFile file, long number)
    {
        Span<byte> header = stackalloc byte[SegmentHeader.Size];
        SegmentHeader.Write(header, number);
        return file.Write(header, 0);
    }

    // As long as it must be, and as it should be if the disk lets it.
    private static Fault Lengthen(IDiskFile file, long from, ref long length, long wanted)
    {
        Fault fault = WriteZeros(file, from, length);
        if (fault != Fault.None)
            return fault;
        if (WriteZeros(file, length, wanted) == Fault.None)
            length = wanted;
        return file.Sync();
    }

    // A file that could not be made longer is as long as it was; after another fault nothing is sure.
    private Fault Finish(FreeFile old, bool isNew, long length, Fault fault)
    {
        if (!isNew && fault != Fault.Full)
            Remove(old);
        if (fault == Fault.None)
            Add(old.Path, length);
        else if (isNew || fault != Fault.Full)
            disk.Unlink(old.Path);
        return fault;
    }

    private void Remove(FreeFile file)
    {
        _files.Remove(file);
        Room -= file.Room;
    }

    private static Fault WriteZeros(IDiskFile file, long from, long end)
    {
        Fault fault = Fault.None;
        for (; from < end && fault == Fault.None; from += Zeros.Length)
            fault = file.Write(Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, end - from)), from);
        return fault;
    }

    private readonly record struct FreeFile(string Path, long Length)
    {
        public long Room => Math.Max(0, Length - Overhead);
    }
}
