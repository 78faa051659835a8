namespace MailModule.Spool;

/// <summary>
/// What a consumer keeps with its message (docs/spool-states.md, "Notes"): in memory from when it is given until it is
/// durable, then only in the log. All of it under the lock of the message.
/// </summary>
internal sealed class EntryNote(SpoolEntry entry) : LiveRecord
{
    public SpoolEntry Entry => entry;

    /// <summary>What was given last, until it is durable.</summary>
    public byte[]? Given { get; set; }

    /// <summary>What of it was written last, and where: not durable yet. The committer's own.</summary>
    public byte[]? Staged { get; set; }

    /// <inheritdoc cref="Staged"/>
    public RecordPlace StagedAt { get; set; }

    /// <summary>It is in the committer's list. The committer's own.</summary>
    public bool IsListed { get; set; }

    public bool IsDurable => Segment is not null;

    // In the record of its message, once that was moved, it takes no place of its own.
    public override int Octets => Segment == entry.Segment && Offset == entry.Offset ? 0 : base.Octets;

    public void MoveTo(RecordPlace place) => SetPlace(place);

    /// <summary>The note in a record that was read back: one of its own, or that of a message that was moved.</summary>
    public static ReadOnlyMemory<byte> In(byte[] record, RecordHeader header)
    {
        ReadOnlyMemory<byte> payload = record.AsMemory(RecordHeader.Size);
        if (header.Type == RecordType.Moved)
            return MovedRecord.TryRead(payload.Span, out MovedRecord moved)
                ? payload.Slice(moved.NoteAt, moved.Note.Length) : default;
        return payload[NoteRecord.HeadSize..];
    }
}
