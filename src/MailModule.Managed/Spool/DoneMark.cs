using System.Buffers.Binary;

namespace MailModule.Spool;

/// <summary>One recipient of a message, or all of them, is done; in a record: segment number 8, offset 4, recipient 4.</summary>
internal readonly record struct DoneMark(long Segment, uint Offset, int Recipient)
{
    public const int Size = 16;
    public const int All = -1;

    /// <summary>Marks in one record at most.</summary>
    public const int Limit = 2048;

    public void Write(Span<byte> place)
    {
        BinaryPrimitives.WriteInt64LittleEndian(place, Segment);
        BinaryPrimitives.WriteUInt32LittleEndian(place[8..], Offset);
        BinaryPrimitives.WriteInt32LittleEndian(place[12..], Recipient);
    }

    public static DoneMark Read(ReadOnlySpan<byte> place)
        => new(BinaryPrimitives.ReadInt64LittleEndian(place), BinaryPrimitives.ReadUInt32LittleEndian(place[8..]), BinaryPrimitives.ReadInt32LittleEndian(place[12..]));
}
