using System.Buffers;

namespace MailModule.Spool;

/// <summary>
/// Stages what is written beside messages: marks, voids, notes, lists of messages that remain. Each method says false
/// if the log writer has abandoned the segment, the Try… ones also if there was no place. The committer's own.
/// </summary>
internal sealed class BookkeepingRecords(LogWriter log)
{
    private readonly byte[] _record = new byte[RecordHeader.Size + DoneMark.Limit * DoneMark.Size];

    /// <summary>Stages marks for which there is a place.</summary>
    public bool StageMarks(List<DoneMark> marks, int start, int count)
    {
        for (int i = 0; i < count; i++)
        {
            marks[start + i].Write(_record.AsSpan(RecordHeader.Size + i * DoneMark.Size));
            log.AddReference(marks[start + i].Segment);
        }
        return Stage(RecordType.Done, count * DoneMark.Size);
    }

    /// <summary>Stages a void for which there is a place.</summary>
    public bool StageVoid(Segment segment)
    {
        VoidRecord.Write(_record.AsSpan(RecordHeader.Size), segment.Number, segment.VoidFrom);
        log.AddReference(segment.Number);
        return Stage(RecordType.Void, VoidRecord.Size);
    }

    /// <summary>All messages of a closed segment that are not done; no message will be added to it.</summary>
    public bool TryStageRemaining(Segment segment)
    {
        var offsets = new List<uint>();
        for (LiveRecord? record = segment.First; record is not null; record = record.Next)
            if (record is SpoolEntry)
                offsets.Add(record.Offset);
        int length = RemainingRecord.LengthOf(offsets.Count);
        if (!log.TryPlaceBookkeeping(length))
            return false;
        byte[] octets = new byte[RecordHeader.Size + length];
        RemainingRecord.Write(octets.AsSpan(RecordHeader.Size), segment.Number, offsets);
        log.AddReference(segment.Number);
        return log.StageBookkeeping(RecordType.Remaining, octets, out _);
    }

    /// <summary>Stages a note for which there is a place.</summary>
    public bool StageNote(SpoolEntry entry, ReadOnlySpan<byte> octets, out RecordPlace place)
    {
        int length = NoteRecord.LengthOf(octets.Length);
        byte[] record = ArrayPool<byte>.Shared.Rent(RecordHeader.Size + length);
        NoteRecord.Write(record.AsSpan(RecordHeader.Size), entry.Segment.Number, entry.Offset, octets);
        bool isStaged = log.StageBookkeeping(RecordType.Note, record.AsSpan(0, RecordHeader.Size + length), out place);
        ArrayPool<byte>.Shared.Return(record);
        return isStaged;
    }

    private bool Stage(RecordType type, int length)
        => log.StageBookkeeping(type, _record.AsSpan(0, RecordHeader.Size + length), out _);
}
