using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Finds the records of a segment, whatever else is in it: zeros, a torn tail, a former life's records, damage. Where
/// no whole record of this segment and offset stands it looks at the next multiple of 8.
/// </summary>
internal sealed class SegmentScan(IDiskFile file, long number)
{
    private const int Window = 1024 * 1024;
    private const long LengthLimit = 256L * 1024 * 1024;

    private readonly long _length = Math.Min(file.Length, LengthLimit);
    private byte[] _buffer = [];
    private long _start;
    private int _count;
    private long _position = SegmentHeader.Size;
    private bool _isInGap;

    public Fault Fault { get; private set; }

    /// <summary>Places between two records that hold something else.</summary>
    public int Damaged { get; private set; }

    /// <summary>The version its header says; 0 if the header is not whole (records count without it).</summary>
    public uint ReadVersion() => SegmentHeader.VersionOf(At(0, SegmentHeader.Size));

    /// <summary>The number its header says; 0 if the header is not whole.</summary>
    public long ReadNumber() => SegmentHeader.NumberOf(At(0, SegmentHeader.Size));

    /// <summary>The next record; false at the end or after a <see cref="Fault"/>. The payload is valid until the next
    /// call.</summary>
    public bool TryNext(out RecordHeader header, out uint offset, out ReadOnlySpan<byte> payload)
    {
        (header, offset) = (default, 0);
        payload = default;
        while (true)
        {
            ReadOnlySpan<byte> rest = At(_position, RecordHeader.Size);
            if (rest.Length < RecordHeader.Size)
                return false;
            if (TryRead(rest, out header, out payload))
                break;
            Skip(rest);
        }
        offset = (uint)_position;
        _position += RecordHeader.Padded(header.Length);
        Damaged += _isInGap ? 1 : 0;
        _isInGap = false;
        return true;
    }

    private bool TryRead(ReadOnlySpan<byte> rest, out RecordHeader header, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!RecordHeader.TryRead(rest, number, _position, out header))
            return false;
        ReadOnlySpan<byte> whole = At(_position, RecordHeader.Size + header.Length);
        if (whole.Length < RecordHeader.Size + header.Length)
            return false;
        payload = whole.Slice(RecordHeader.Size, header.Length);
        return Checksum.Of(payload) == header.PayloadChecksum;
    }

    private void Skip(ReadOnlySpan<byte> rest)
    {
        int zeros = rest.IndexOfAnyExcept((byte)0);
        _isInGap |= zeros >= 0;
        _position += Math.Max(8, (zeros < 0 ? rest.Length : zeros) & ~7);
    }

    // What the file holds from a position on: as much as the window has, at least what is needed unless the file ends
    // before.
    private ReadOnlySpan<byte> At(long position, int needed)
    {
        if (position < _start || position + needed > _start + _count)
            Load(position, needed);
        return _buffer.AsSpan(0, _count)[(int)Math.Min(position - _start, _count)..];
    }

    private void Load(long position, int needed)
    {
        int size = (int)Math.Max(0, Math.Min(Math.Max(needed, Window), _length - position));
        if (_buffer.Length < size)
            _buffer = GC.AllocateUninitializedArray<byte>(size);
        (_start, _count) = (position, 0);
        Fault fault = size == 0 ? Fault.None : file.Read(_buffer.AsSpan(0, size), position, out _count);
        if (fault == Fault.None)
            return;
        Fault = fault;
        _count = 0;
    }
}
