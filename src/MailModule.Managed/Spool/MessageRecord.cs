using System.Buffers.Binary;
using MailModule.Mail;

namespace MailModule.Spool;

/// <summary>
/// The payload of a message record: fixed part (length at rest 8, length on the wire 8, flags 4, zero 4), body if it is here, id, envelope.
/// </summary>
internal readonly record struct MessageRecord(string Id, Envelope Envelope, long Length, long WireLength, bool HasBodyFile)
{
    public const int FixedSize = 24;

    private const uint BodyFileFlag = 1;

    public static void WriteFixed(Span<byte> payload, long length, long wireLength, bool hasBodyFile)
    {
        BinaryPrimitives.WriteInt64LittleEndian(payload, length);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], wireLength);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[16..], hasBodyFile ? BodyFileFlag : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[20..], 0);
    }

    /// <summary>Where the payload of a message begins in a record that was read back, be it the first one or a moved one.</summary>
    public static int StartIn(ReadOnlySpan<byte> record, RecordHeader header)
    {
        ReadOnlySpan<byte> payload = record[RecordHeader.Size..];
        return header.Type == RecordType.Moved && MovedRecord.TryRead(payload, out MovedRecord moved) ? record.Length - moved.Message.Length : RecordHeader.Size;
    }

    /// <summary>False if the payload, though whole, does not make sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out MessageRecord record)
    {
        record = default;
        if (payload.Length < FixedSize)
            return false;
        long length = BinaryPrimitives.ReadInt64LittleEndian(payload);
        long wireLength = BinaryPrimitives.ReadInt64LittleEndian(payload[8..]);
        bool hasBodyFile = (BinaryPrimitives.ReadUInt32LittleEndian(payload[16..]) & BodyFileFlag) != 0;
        long inline = hasBodyFile ? 0 : length;
        if (length < 0 || wireLength < length || inline > payload.Length - FixedSize)
            return false;
        var reader = new EnvelopeReader(payload[(FixedSize + (int)inline)..]);
        if (!reader.TryReadText(out string id) || !MessageIds.IsId(id) || !reader.TryReadEnvelope(out Envelope envelope))
            return false;
        record = new MessageRecord(id, envelope, length, wireLength, hasBodyFile);
        return true;
    }
}
