using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>A small message that is only in its segment: read back, and checked, when asked for.</summary>
internal sealed class RecordContent(IDisk disk, Segment segment, uint offset, long length, long wireLength) : MessageContent
{
    public override long Length => length;
    public override long WireLength => wireLength;
    public override ReadOnlyMemory<byte> Memory => default;
    public override string? FilePath => null;

    public override Stream OpenRead()
    {
        Fault fault = disk.Open(segment.Path, DiskOpen.Existing, out IDiskFile file);
        if (fault != Fault.None)
            throw new IOException($"the segment {segment.Path} cannot be opened: {fault}");
        using (file)
            return new MemoryStream(ReadPayload(file), MessageRecord.FixedSize, (int)length, writable: false);
    }

    private byte[] ReadPayload(IDiskFile file)
    {
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        if (file.Read(head, offset, out int count) != Fault.None || !RecordHeader.TryRead(head[..count], segment.Number, offset, out RecordHeader header))
            throw new IOException($"the record at {offset} of {segment.Path} is damaged");
        byte[] payload = new byte[header.Length];
        if (file.Read(payload, offset + RecordHeader.Size, out count) != Fault.None || count < payload.Length || Checksum.Of(payload) != header.PayloadChecksum
            || payload.Length - MessageRecord.FixedSize < length)
            throw new IOException($"the record at {offset} of {segment.Path} is damaged");
        return payload;
    }
}
