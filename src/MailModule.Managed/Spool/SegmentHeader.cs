using System.Buffers.Binary;

namespace MailModule.Spool;

/// <summary>The first octets of a segment (docs/spool-states.md).</summary>
internal static class SegmentHeader
{
    public const int Size = 64;
    public const uint Version = 1;

    private const int ChecksumAt = Size - sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "MMspool\n"u8;

    public static void Write(Span<byte> header, long number)
    {
        header[..Size].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumAt..], Checksum.Of(header[..ChecksumAt]));
    }

    /// <summary>The version of a header that is whole; 0 if it is none.</summary>
    public static uint VersionOf(ReadOnlySpan<byte> header) => IsWhole(header) ? BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) : 0;

    /// <summary>The number of the segment that a whole header begins; 0 if it is none.</summary>
    public static long NumberOf(ReadOnlySpan<byte> header) => IsWhole(header) ? BinaryPrimitives.ReadInt64LittleEndian(header[16..]) : 0;

    private static bool IsWhole(ReadOnlySpan<byte> header)
        => header.Length >= Size && header.StartsWith(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) == Checksum.Of(header[..ChecksumAt]);
}
