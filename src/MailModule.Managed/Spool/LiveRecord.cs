namespace MailModule.Spool;

/// <summary>
/// A record that its segment must not go without: a message with recipients that are not done, or the note that counts
/// for one. Only the committer changes where it is, and under the lock of its message, so that readers see one place or
/// the other.
/// </summary>
internal abstract class LiveRecord
{
    /// <summary>Where the record is; null for a note that is not durable yet.</summary>
    public Segment? Segment { get; private set; }

    public uint Offset { get; private set; }

    /// <summary>Octets of the record's payload.</summary>
    public int Length { get; private set; }

    /// <summary>Octets of the segment that it keeps.</summary>
    public virtual int Octets => RecordHeader.Padded(Length);

    /// <summary>It cannot be carried forward. The committer's own.</summary>
    public bool IsPinned { get; set; }

    public RecordPlace Place => new(Segment!, Offset, Length);

    /// <summary>Its neighbours in the segment, in the order they came.</summary>
    public LiveRecord? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    public LiveRecord? Previous { get; set; }

    protected void SetPlace(RecordPlace place)
        => (Segment, Offset, Length) = (place.Segment, place.Offset, place.Length);
}

/// <summary>Where a record stands.</summary>
/// <param name="Length">Octets of its payload.</param>
internal readonly record struct RecordPlace(Segment Segment, uint Offset, int Length)
{
    /// <summary>Reads the record back, header and payload, and checks it; null if it is not there or damaged.
    /// Blocks.</summary>
    public byte[]? Read(out RecordHeader header)
    {
        byte[] record = GC.AllocateUninitializedArray<byte>(RecordHeader.Size + Length);
        return Segment.TryRead(record, Offset) && RecordHeader.TryRead(record, Segment.Number, Offset, out header)
            && header.Length == Length
            && Checksum.Of(record.AsSpan(RecordHeader.Size)) == header.PayloadChecksum ? record : Nothing(out header);
    }

    private static byte[]? Nothing(out RecordHeader header)
    {
        header = default;
        return null;
    }
}
