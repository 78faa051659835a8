using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MailModule.Mail;

namespace MailModule.Spool;

// All that stands in a segment, octet by octet: docs/spool-states.md, "What is there". Numbers are little-endian.

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
/// The head of a record. It says under a checksum which segment and offset it was written for, so that what a recycled
/// segment still holds is never taken for a record.
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
        header = new RecordHeader((RecordType)BinaryPrimitives.ReadUInt16LittleEndian(octets[16..]), length,
            BinaryPrimitives.ReadUInt32LittleEndian(octets[12..]));
        return length is >= 0 and <= PayloadLimit;
    }
}

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
    public static uint VersionOf(ReadOnlySpan<byte> header)
        => IsWhole(header) ? BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) : 0;

    /// <summary>The number of the segment that a whole header begins; 0 if it is none.</summary>
    public static long NumberOf(ReadOnlySpan<byte> header)
        => IsWhole(header) ? BinaryPrimitives.ReadInt64LittleEndian(header[16..]) : 0;

    private static bool IsWhole(ReadOnlySpan<byte> header)
        => header.Length >= Size && header.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) == Checksum.Of(header[..ChecksumAt]);
}

/// <summary>
/// The payload of a message record: fixed part (length at rest 8, length on the wire 8, flags 4, zero 4), body if it is
/// here, id, envelope.
/// </summary>
internal readonly record struct MessageRecord(string Id, Envelope Envelope, long Length, long WireLength,
    bool HasBodyFile)
{
    public const int FixedSize = 24;

    // Beside BodyFileFlag; earlier versions neither write nor read them.
    private const uint TraitsKnownFlag = 2;
    private const uint EightBitFlag = 4;
    private const uint LongLinesFlag = 8;
    private const uint BodyFileFlag = 1;

    /// <summary>Null: not known.</summary>
    public ContentTraits? Traits { get; private init; }

    public static void WriteFixed(
        Span<byte> payload, long length, long wireLength, bool hasBodyFile, ContentTraits? traits)
    {
        BinaryPrimitives.WriteInt64LittleEndian(payload, length);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], wireLength);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[16..], (hasBodyFile ? BodyFileFlag : 0) | FlagsOf(traits));
        BinaryPrimitives.WriteUInt32LittleEndian(payload[20..], 0);
    }

    /// <summary>Where the payload of a message begins in a record that was read back, be it the first one or a moved
    /// one.</summary>
    public static int StartIn(ReadOnlySpan<byte> record, RecordHeader header)
    {
        ReadOnlySpan<byte> payload = record[RecordHeader.Size..];
        return header.Type == RecordType.Moved && MovedRecord.TryRead(payload, out MovedRecord moved)
            ? record.Length - moved.Message.Length : RecordHeader.Size;
    }

    /// <summary>False if the payload, though whole, does not make sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out MessageRecord record)
    {
        record = default;
        if (payload.Length < FixedSize)
            return false;
        long length = BinaryPrimitives.ReadInt64LittleEndian(payload);
        long wireLength = BinaryPrimitives.ReadInt64LittleEndian(payload[8..]);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(payload[16..]);
        bool hasBodyFile = (flags & BodyFileFlag) != 0;
        long inline = hasBodyFile ? 0 : length;
        if (length < 0 || wireLength < length || inline > payload.Length - FixedSize)
            return false;
        var reader = new EnvelopeReader(payload[(FixedSize + (int)inline)..]);
        if (!reader.TryReadText(out string id) || !MessageIds.IsId(id)
            || !reader.TryReadEnvelope(out Envelope envelope))
            return false;
        record = new MessageRecord(id, envelope, length, wireLength, hasBodyFile) { Traits = TraitsOf(flags) };
        return true;
    }

    /// <summary>Of a record as <see cref="WriteFixed"/> began it; null: not known.</summary>
    public static ContentTraits? ReadTraits(ReadOnlySpan<byte> payload)
        => TraitsOf(BinaryPrimitives.ReadUInt32LittleEndian(payload[16..]));

    private static uint FlagsOf(ContentTraits? traits) => traits is not { } known
        ? 0
        : TraitsKnownFlag | ((known & ContentTraits.EightBit) != 0 ? EightBitFlag : 0)
            | ((known & ContentTraits.LongLines) != 0 ? LongLinesFlag : 0);

    private static ContentTraits? TraitsOf(uint flags) => (flags & TraitsKnownFlag) == 0
        ? null
        : ((flags & EightBitFlag) != 0 ? ContentTraits.EightBit : 0)
            | ((flags & LongLinesFlag) != 0 ? ContentTraits.LongLines : 0);
}

/// <summary>One recipient of a message, or all of them, is done; in a record: segment number 8, offset 4, recipient
/// 4.</summary>
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
        => new(BinaryPrimitives.ReadInt64LittleEndian(place), BinaryPrimitives.ReadUInt32LittleEndian(place[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(place[12..]));
}

/// <summary>The payload that says which records of an earlier segment do not count: segment 8, offset of the first of
/// them 8.</summary>
internal static class VoidRecord
{
    public const int Size = 16;

    public static void Write(Span<byte> payload, long segment, long from)
    {
        BinaryPrimitives.WriteInt64LittleEndian(payload, segment);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], from);
    }

    public static (long Segment, long From) Read(ReadOnlySpan<byte> payload)
        => (BinaryPrimitives.ReadInt64LittleEndian(payload), BinaryPrimitives.ReadInt64LittleEndian(payload[8..]));
}

/// <summary>The payload of a note: segment 8 and offset 4 of its message, zero 4, octets.</summary>
internal static class NoteRecord
{
    public const int HeadSize = 16;

    public static int LengthOf(int octets) => HeadSize + octets;

    public static void Write(Span<byte> payload, long segment, uint offset, ReadOnlySpan<byte> octets)
    {
        BinaryPrimitives.WriteInt64LittleEndian(payload, segment);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[8..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[12..], 0);
        octets.CopyTo(payload[HeadSize..]);
    }

    /// <summary>False if the payload, though whole, does not make sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out long segment, out uint offset)
    {
        (segment, offset) = (0, 0);
        if (payload.Length < HeadSize)
            return false;
        segment = BinaryPrimitives.ReadInt64LittleEndian(payload);
        offset = BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]);
        return true;
    }
}

/// <summary>
/// The payload of a message that was carried forward: count of recipients that are done 4, length of the note 4, those
/// recipients 4 each, note, payload of a message record.
/// </summary>
internal readonly ref struct MovedRecord
{
    private const int HeadSize = 8;
    private const int RecipientSize = 4;

    private readonly ReadOnlySpan<byte> _payload;
    private readonly int _done;
    private readonly int _noteLength;

    private MovedRecord(ReadOnlySpan<byte> payload, int done, int noteLength)
    {
        _payload = payload;
        _done = done;
        _noteLength = noteLength;
    }

    public int Done => _done;
    public int NoteAt => HeadSize + _done * RecipientSize;
    public ReadOnlySpan<byte> Note => _payload.Slice(NoteAt, _noteLength);
    public ReadOnlySpan<byte> Message => _payload[(NoteAt + _noteLength)..];

    public int DoneRecipient(int index)
        => BinaryPrimitives.ReadInt32LittleEndian(_payload[(HeadSize + index * RecipientSize)..]);

    public static long LengthOf(int done, int note, int message)
        => HeadSize + (long)done * RecipientSize + note + message;

    public static void Write(Span<byte> payload, List<int> done, ReadOnlySpan<byte> note, ReadOnlySpan<byte> message)
    {
        BinaryPrimitives.WriteInt32LittleEndian(payload, done.Count);
        BinaryPrimitives.WriteInt32LittleEndian(payload[4..], note.Length);
        payload = payload[HeadSize..];
        foreach (int recipient in CollectionsMarshal.AsSpan(done))
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload, recipient);
            payload = payload[RecipientSize..];
        }
        note.CopyTo(payload);
        message.CopyTo(payload[note.Length..]);
    }

    /// <summary>False if the payload, though whole, does not make sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out MovedRecord record)
    {
        record = default;
        if (payload.Length < HeadSize)
            return false;
        int done = BinaryPrimitives.ReadInt32LittleEndian(payload);
        int note = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
        if (done < 0 || note < 0 || HeadSize + (long)done * RecipientSize + note > payload.Length)
            return false;
        record = new MovedRecord(payload, done, note);
        return true;
    }
}

/// <summary>The payload that says which messages of an earlier segment may still count: segment 8, offsets 4 each,
/// ascending.</summary>
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
