using System.Buffers.Binary;

namespace MailModule.Spool;

/// <summary>What a record is; numbers keep their meaning for ever.</summary>
internal enum RecordType : ushort
{
    Message = 1,
    Done = 2,
    Void = 3,
    Note = 4,
    Moved = 5,
    Remaining = 6,

    /// <summary>A later version's record with this bit may be passed over by a version that does not know it.</summary>
    MayBePassedOver = 0x8000,
}

/// <summary>
/// The head of a record. It says under a checksum which segment and offset it was written for, so that what a recycled segment still holds is never
/// taken for a record.
/// </summary>
internal readonly record struct RecordHeader(RecordType Type, int Length, uint PayloadChecksum)
{
    public const int Size = 32;
    public const int PayloadLimit = 16 * 1024 * 1024;

    private const uint Magic = 0x31724D4D;

    /// <summary>Octets a record takes in its segment: records begin on multiples of 8.</summary>
    public static int Padded(int payload) => (Size + payload + 7) & ~7;

    public static void Write(Span<byte> header, RecordType type, ReadOnlySpan<byte> payload, long segment, long offset)
        => Write(header, new RecordHeader(type, payload.Length, Checksum.Of(payload)), segment, offset);

    public static void Write(Span<byte> header, RecordHeader record, long segment, long offset)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], record.PayloadChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (ushort)record.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], segment);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Checksum.Of(header[8..Size]));
    }

    /// <summary>False if no record of that segment begins with these octets.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, long segment, long offset, out RecordHeader header)
    {
        header = default;
        if (octets.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(octets) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(octets[20..]) != (uint)offset
            || BinaryPrimitives.ReadInt64LittleEndian(octets[24..]) != segment
            || BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]) != Checksum.Of(octets[8..Size]))
            return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(octets[8..]);
        header = new RecordHeader((RecordType)BinaryPrimitives.ReadUInt16LittleEndian(octets[16..]), length, BinaryPrimitives.ReadUInt32LittleEndian(octets[12..]));
        return length is >= 0 and <= PayloadLimit;
    }
}
