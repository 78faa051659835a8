using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>What is known of one segment while it is there; owned by the committer.</summary>
internal sealed class Segment(IDisk disk, long number, string path)
{
    private LiveRecords _live;

    public long Number { get; } = number;
    public string Path { get; } = path;

    /// <summary>Records in it that are needed: messages with recipients that are not done, and notes of such
    /// messages.</summary>
    public int Live => _live.Count;

    /// <summary>Octets of those records.</summary>
    public long LiveOctets => _live.Octets;

    /// <summary>Octets of its file, once it is closed.</summary>
    public long Octets { get; set; }

    /// <summary>Recipients of all messages in it, done or not.</summary>
    public int Recipients { get; set; }

    /// <summary>Where its last whole record ends, if a start has read it.</summary>
    public long End { get; set; } = SegmentHeader.Size;

    /// <summary>Octets of its file that records could have had: the file may be longer, if it was of the
    /// reserve.</summary>
    public long Usable { get; set; }

    /// <summary>When it was closed, by <see cref="Environment.TickCount64"/>.</summary>
    public long ClosedAt { get; set; }

    /// <summary>What is live in it cannot be carried forward.</summary>
    public bool IsPinned { get; set; }

    /// <summary>The oldest of its live records; the others follow by <see cref="LiveRecord.Next"/>.</summary>
    public LiveRecord? First => _live.First;

    /// <summary>Offsets of the messages that are done: all that later segments must keep saying while this one is
    /// there.</summary>
    public List<uint> Done { get; } = [];

    /// <summary>Messages in it of which some recipients are done.</summary>
    public HashSet<SpoolEntry> HalfDone { get; } = [];

    /// <summary>Nothing says that its file has another name too, under which it may be needed.</summary>
    public bool MayBeReused { get; set; } = true;

    /// <summary>Records from here on do not count (docs/spool-states.md, "When the disk fails").</summary>
    public long VoidFrom { get; set; } = long.MaxValue;

    /// <summary>Older segments about which this one holds records; it must stay until they are gone for good or all
    /// of those records are written again later.</summary>
    public HashSet<Segment> References { get; } = [];

    /// <summary>Takes a record whose place is in this segment and which is durable.</summary>
    public void Add(LiveRecord record) => _live.Add(record);

    /// <summary>That record is needed no more; true if it was the last one.</summary>
    public bool Remove(LiveRecord record)
    {
        _live.Remove(record);
        return _live.Count == 0;
    }

    /// <summary>Most of it is dead: what is live in it is worth to be carried forward.</summary>
    public bool IsMostlyDead => Live > 0 && !IsPinned && LiveOctets * 4 < Usable;

    /// <summary>Octets that it takes to say once more which of its messages are done, about.</summary>
    public long OctetsToRepeat
        => Math.Min((long)Done.Count * DoneMark.Size, (long)Live * RemainingRecord.OffsetSize)
            + (long)HalfDone.Count * DoneMark.Size + 2 * RecordHeader.Size;

    /// <summary>Fills the buffer from an offset on, if the segment is there and has so much. Any thread;
    /// blocks.</summary>
    public bool TryRead(Span<byte> buffer, long offset)
    {
        if (disk.Open(Path, DiskOpen.Existing, out IDiskFile file) != Fault.None)
            return false;
        using (file)
            return file.Read(buffer, offset, out int count) == Fault.None && count == buffer.Length;
    }
}
