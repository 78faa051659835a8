using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>What is known of one segment while it is there; owned by the committer.</summary>
internal sealed class Segment(IDisk disk, long number, string path)
{
    private LiveRecord? _first;
    private LiveRecord? _last;

    public long Number { get; } = number;
    public string Path { get; } = path;

    /// <summary>Records in it that are needed: messages with recipients that are not done, and notes of such messages.</summary>
    public int Live { get; private set; }

    /// <summary>Offsets of the messages that are done: all that later segments must keep saying while this one is there.</summary>
    public List<uint> Done { get; } = [];

    /// <summary>Messages in it of which some recipients are done.</summary>
    public HashSet<SpoolEntry> HalfDone { get; } = [];

    /// <summary>Records from here on do not count (docs/spool-states.md, "When the disk fails").</summary>
    public long VoidFrom { get; set; } = long.MaxValue;

    /// <summary>Older segments about which this one holds marks; it must stay until they are gone for good or all is said again later.</summary>
    public HashSet<Segment> About { get; } = [];

    /// <summary>Takes a record whose place is in this segment and which is durable.</summary>
    public void Add(LiveRecord record)
    {
        (record.Previous, record.Next) = (_last, null);
        if (_last is { } last)
            last.Next = record;
        else
            _first = record;
        _last = record;
        Live++;
    }

    /// <summary>That record is needed no more; true if it was the last one.</summary>
    public bool Remove(LiveRecord record)
    {
        if (record.Previous is { } previous)
            previous.Next = record.Next;
        else
            _first = record.Next;
        if (record.Next is { } next)
            next.Previous = record.Previous;
        else
            _last = record.Previous;
        (record.Previous, record.Next) = (null, null);
        return --Live == 0;
    }

    /// <summary>Fills the buffer from an offset on, if the segment is there and has so much. Any thread; blocks.</summary>
    public bool TryRead(Span<byte> buffer, long offset)
    {
        if (disk.Open(Path, DiskOpen.Existing, out IDiskFile file) != Fault.None)
            return false;
        using (file)
            return file.Read(buffer, offset, out int count) == Fault.None && count == buffer.Length;
    }
}
