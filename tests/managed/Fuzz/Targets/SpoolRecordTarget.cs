using System.Buffers.Binary;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// What a spool reads back from its disk, in three ways that the first octet chooses: a segment of any octets; the
/// payload of a record; whole records of which an octet was changed. No record is taken whose checksum is wrong, what
/// is taken encodes to the same.
/// </summary>
internal static class SpoolRecordTarget
{
    private const long Segment = 7;

    public static void Check(byte[] input)
    {
        if (input.Length < 2)
            return;
        byte[] rest = input[1..];
        if (input[0] % 3 == 0)
            ReadSegment(rest);
        else if (input[0] % 3 == 1)
            ReadPayload((RecordType)(rest[0] % 6 + 1), rest.AsSpan(1));
        else
            DamageSegment(rest);
    }

    private static void ReadSegment(byte[] octets)
    {
        byte[] segment = [.. new byte[SegmentHeader.Size], .. octets];
        SegmentHeader.Write(segment, Segment);
        foreach (Found record in Scan(segment))
        {
            Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(segment.AsSpan(record.Offset + 12)),
                Crc32C(record.Payload));
            Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(segment.AsSpan(record.Offset + 4)),
                Crc32C(segment.AsSpan(record.Offset + 8, RecordHeader.Size - 8)));
            ReadPayload(record.Type, record.Payload);
        }
        uint version = SegmentHeader.VersionOf(octets);
        Assert.True(version == 0 || Crc32C(octets.AsSpan(0, SegmentHeader.Size - 4))
            == BinaryPrimitives.ReadUInt32LittleEndian(octets.AsSpan(SegmentHeader.Size - 4)));
    }

    private sealed record Found(RecordType Type, int Offset, byte[] Payload)
    {
        public bool IsSame(Found other)
            => Type == other.Type && Offset == other.Offset && Payload.AsSpan().SequenceEqual(other.Payload);
    }

    private static List<Found> Scan(byte[] segment)
    {
        using var file = new OctetFile(segment);
        var scan = new SegmentScan(file, Segment);
        var found = new List<Found>();
        while (scan.TryNext(out RecordHeader header, out uint offset, out ReadOnlySpan<byte> payload))
            found.Add(new Found(header.Type, (int)offset, payload.ToArray()));
        Assert.Equal(Fault.None, scan.Fault);
        return found;
    }

    // The last three octets say where an octet changes, and how; the others are the records: type, length, payload.
    private static void DamageSegment(byte[] octets)
    {
        byte[] segment = Build(octets.AsSpan(0, Math.Max(0, octets.Length - 3)), out List<Found> written);
        List<Found> found = Scan(segment);
        Assert.True(found.Count == written.Count && found.Zip(written).All(pair => pair.First.IsSame(pair.Second)),
            "records were not read as they were written");
        if (octets.Length < 4 || octets[^1] == 0)
            return;
        int at = SegmentHeader.Size + (octets[^3] << 8 | octets[^2]) % Math.Max(1, segment.Length - SegmentHeader.Size);
        if (at >= segment.Length)
            return;
        segment[at] ^= octets[^1];
        List<Found> left = Scan(segment);
        Assert.True(left.All(record => written.Any(record.IsSame)), "a damaged record was taken");
        Assert.True(left.Count >= written.Count - 1, "one damaged record took others with it");
    }

    private static byte[] Build(ReadOnlySpan<byte> plan, out List<Found> written)
    {
        var segment = new List<byte>(new byte[SegmentHeader.Size]);
        written = [];
        while (plan.Length >= 2)
        {
            int length = Math.Min(plan[1], plan.Length - 2);
            ReadOnlySpan<byte> payload = plan.Slice(2, length);
            var type = (RecordType)(plan[0] % 6 + 1);
            byte[] record = new byte[RecordHeader.Padded(length)];
            RecordHeader.Write(record, type, payload, Segment, segment.Count);
            payload.CopyTo(record.AsSpan(RecordHeader.Size));
            written.Add(new Found(type, segment.Count, payload.ToArray()));
            segment.AddRange(record);
            plan = plan[(2 + length)..];
        }
        byte[] all = [.. segment];
        SegmentHeader.Write(all, Segment);
        return all;
    }

    private static void ReadPayload(RecordType type, ReadOnlySpan<byte> payload)
    {
        if (type == RecordType.Message && MessageRecord.TryRead(payload, out MessageRecord message))
            CheckMessage(message, payload);
        else if (type == RecordType.Moved && MovedRecord.TryRead(payload, out MovedRecord moved))
            CheckMoved(moved, payload);
        else if (type == RecordType.Note && NoteRecord.TryRead(payload, out long noteSegment, out uint noteOffset))
            CheckNote(noteSegment, noteOffset, payload);
        else if (type == RecordType.Remaining && RemainingRecord.TryRead(payload, out _, out HashSet<uint> offsets))
            Assert.InRange(offsets.Count, 0, payload.Length / RemainingRecord.OffsetSize);
    }

    private static void CheckMessage(MessageRecord message, ReadOnlySpan<byte> payload)
    {
        Assert.True(message.Id.All(char.IsAsciiLetterOrDigit), "an id that could be a path");
        Assert.True(message.HasBodyFile || message.Length <= payload.Length);
        Assert.InRange(message.Envelope.Recipients.Count, 0, payload.Length);
        byte[] once = Encode(message.Envelope);
        Assert.True(new EnvelopeReader(once).TryReadEnvelope(out Envelope again), "what was written is not read");
        Assert.True(Encode(again).AsSpan().SequenceEqual(once), "an envelope changes when it is written again");
        Assert.Equal(message.Envelope.Recipients, again.Recipients);
    }

    private static byte[] Encode(Envelope envelope)
    {
        byte[] buffer = [];
        var writer = new EnvelopeWriter(ref buffer, 0);
        writer.Write(envelope);
        return buffer[..writer.End];
    }

    private static void CheckMoved(MovedRecord moved, ReadOnlySpan<byte> payload)
    {
        List<int> done = [.. Enumerable.Range(0, moved.Done)];
        for (int i = 0; i < done.Count; i++)
            done[i] = moved.DoneRecipient(i);
        Assert.Equal(payload.Length, MovedRecord.LengthOf(done.Count, moved.Note.Length, moved.Message.Length));
        byte[] again = new byte[payload.Length];
        MovedRecord.Write(again, done, moved.Note, moved.Message);
        Assert.True(payload.SequenceEqual(again), "a moved record changes when it is written again");
        ReadPayload(RecordType.Message, moved.Message);
    }

    private static void CheckNote(long segment, uint offset, ReadOnlySpan<byte> payload)
    {
        byte[] again = new byte[payload.Length];
        NoteRecord.Write(again, segment, offset, payload[NoteRecord.HeadSize..]);
        payload[12..16].CopyTo(again.AsSpan(12));
        Assert.True(payload.SequenceEqual(again), "a note changes when it is written again");
    }

    /// <summary>RFC 3720 §12.1, bit by bit: knows nothing of the product's own.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> octets)
    {
        uint crc = uint.MaxValue;
        foreach (byte octet in octets)
        {
            crc ^= octet;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }

    private sealed class OctetFile(byte[] octets) : IDiskFile
    {
        public long Length => octets.Length;

        public Fault Read(Span<byte> buffer, long offset, out int count)
        {
            count = (int)Math.Max(0, Math.Min(buffer.Length, octets.Length - offset));
            octets.AsSpan((int)Math.Min(offset, octets.Length), count).CopyTo(buffer);
            return Fault.None;
        }

        public Fault Write(ReadOnlySpan<byte> written, long offset) => Fault.NotSupported;

        public Fault Sync() => Fault.NotSupported;

        public void Dispose()
        {
        }
    }
}
