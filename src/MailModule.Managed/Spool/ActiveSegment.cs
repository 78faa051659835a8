using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// The segment that is being written, open. Records are gathered in a stage and written together; zeros are written
/// ahead of them, so that an fdatasync finds octets that were written before, in growing steps, since the sync after
/// each costs journal work. The committer's own.
/// </summary>
/// <param name="start">Where its first record goes; what stands before it is durable, or not ours to declare
/// void.</param>
internal sealed class ActiveSegment(Segment segment, IDiskFile file, byte[] stage, SegmentSize size,
    long start) : IDisposable
{
    private static readonly byte[] Zeros = new byte[64 * 1024];

    private int _staged;
    private long _ahead = file.Length;

    public Segment Segment => segment;

    /// <summary>Where the next record goes.</summary>
    public long Tail { get; private set; } = start;

    /// <summary>Up to here all is durable.</summary>
    public long Durable { get; private set; } = start;

    /// <summary>Octets behind the tail that were written before, and so need no space.</summary>
    public long Allocated => Math.Max(0, _ahead - Tail);

    /// <summary>An empty segment takes any record, so that none is too large.</summary>
    /// <param name="mayExceedLimit">As far as the file goes, if that is longer.</param>
    public bool HasRoom(int payload, bool mayExceedLimit)
        => Tail + RecordHeader.Padded(payload) <= (mayExceedLimit ? Math.Max(size.Limit, _ahead) : size.Limit)
            || Tail == SegmentHeader.Size;

    /// <summary>Makes sure of the place for a record. After a fault nothing of the record has been written.</summary>
    public Fault Prepare(int payload)
    {
        long end = Tail + RecordHeader.Padded(payload);
        if (end <= _ahead)
            return Fault.None;
        Fault fault = WriteZeros(Math.Max(end, Math.Min(size.Limit, _ahead + Math.Max(size.Step, _ahead))));
        // A full disk may still have what is really needed.
        return fault == Fault.Full && end > _ahead ? WriteZeros(end) : fault == Fault.Full ? Fault.None : fault;
    }

    /// <summary>Adds a prepared record.</summary>
    /// <param name="record">Room for the header, then the payload.</param>
    /// <param name="offset">Where it begins in the segment.</param>
    public Fault Append(Span<byte> record, RecordHeader header, out uint offset)
    {
        offset = (uint)Tail;
        RecordHeader.Write(record, header, segment.Number, Tail);
        int padded = RecordHeader.Padded(header.Length);
        Fault fault = _staged + padded > stage.Length ? Write() : Fault.None;
        if (fault == Fault.None && padded > stage.Length)
        {
            fault = file.Write(record, Tail);
            Tail += padded;
            return fault;
        }
        Span<byte> place = stage.AsSpan(_staged, padded);
        record.CopyTo(place);
        place[record.Length..].Clear();
        _staged += padded;
        Tail += padded;
        return fault;
    }

    /// <summary>Writes what is staged, so that it outlives the process.</summary>
    public Fault Write()
    {
        int staged = _staged;
        _staged = 0;
        return staged == 0 ? Fault.None : file.Write(stage.AsSpan(0, staged), Tail - staged);
    }

    /// <summary>Writes what is staged and makes all durable.</summary>
    public Fault Sync()
    {
        Fault fault = Write();
        if (fault == Fault.None)
            fault = file.Sync();
        if (fault == Fault.None)
            Durable = Tail;
        return fault;
    }

    public void Dispose()
    {
        segment.Octets = _ahead;
        segment.Usable = Math.Max(Tail, Math.Min(size.Limit, _ahead));
        file.Dispose();
    }

    private Fault WriteZeros(long end)
    {
        while (_ahead < end)
        {
            int count = (int)Math.Min(Zeros.Length, end - _ahead);
            Fault fault = file.Write(Zeros.AsSpan(0, count), _ahead);
            if (fault != Fault.None)
                return fault;
            _ahead += count;
        }
        return Fault.None;
    }
}
