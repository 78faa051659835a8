using System.Buffers.Binary;

namespace MailModule.Spool;

/// <summary>The payload that says which messages of an earlier segment may still count: segment 8, offsets 4 each, ascending.</summary>
internal static class RemainingRecord
{
    public const int OffsetSize = 4;

    private const int HeadSize = 8;

    public static int LengthOf(int count) => HeadSize + count * OffsetSize;

    public static void Write(Span<byte> payload, long segment, List<uint> offsets)
    {
        BinaryPrimitives.WriteInt64LittleEndian(payload, segment);
        for (int i = 0; i < offsets.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(payload[(HeadSize + i * OffsetSize)..], offsets[i]);
    }

    /// <summary>False if the payload, though whole, does not make sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out long segment, out HashSet<uint> offsets)
    {
        (segment, offsets) = (0, []);
        if (payload.Length < HeadSize || payload.Length % OffsetSize != 0)
            return false;
        segment = BinaryPrimitives.ReadInt64LittleEndian(payload);
        for (payload = payload[HeadSize..]; !payload.IsEmpty; payload = payload[OffsetSize..])
            offsets.Add(BinaryPrimitives.ReadUInt32LittleEndian(payload));
        return true;
    }
}
