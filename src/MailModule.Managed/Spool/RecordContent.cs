using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>A small message that is only in its segment: read back, and checked, when asked for. No descriptor stays
/// open meanwhile.</summary>
internal sealed class RecordContent(SpoolEntry entry, int length, int wireLength, ContentTraits? traits)
    : MessageContent
{
    public override long Length => length;
    public override long WireLength => wireLength;
    public override ContentTraits? Traits => traits;
    public override ReadOnlyMemory<byte> Memory => default;
    public override string? FilePath => null;

    public override Stream OpenRead()
    {
        byte[]? record = entry.ReadRecord(out RecordHeader header);
        int start = record is null ? 0 : MessageRecord.StartIn(record, header) + MessageRecord.FixedSize;
        if (record is null || record.Length - start < length)
            throw ExceptionWords.Unreadable($"the record of {entry.Id} in the log is gone or damaged");
        return new MemoryStream(record, start, length, writable: false);
    }
}
