namespace MailModule.Pop3.Client;

/// <summary>
/// Cuts lines from what follows the first line of an answer, as it comes. A line ends with LF, a CR before it is no
/// part of the line; so does the last one, without one. Holds no more than a line. One owner.
/// </summary>
internal sealed class ContentLines
{
    /// <summary>A longer line is none of LIST, UIDL or CAPA.</summary>
    public const int LineLimit = 4096;

    private readonly byte[] _octets = new byte[LineLimit];
    private int _start;
    private int _end;

    /// <summary>Where more may be put, then <see cref="Added"/>; empty: a line is longer than the limit.</summary>
    public Span<byte> Room()
    {
        if (_start > 0)
            _octets.AsSpan(_start, _end - _start).CopyTo(_octets);
        (_start, _end) = (0, _end - _start);
        return _octets.AsSpan(_end);
    }

    public void Added(int count) => _end += count;

    /// <param name="isEnd">Nothing more comes.</param>
    /// <param name="line">Valid until the next <see cref="Room"/>.</param>
    public bool TryTake(bool isEnd, out ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> there = _octets.AsSpan(_start, _end - _start);
        int length = there.IndexOf((byte)'\n');
        if (length < 0 && (!isEnd || there.IsEmpty))
        {
            line = default;
            return false;
        }
        line = length < 0 ? there : there[..length];
        _start += length < 0 ? there.Length : length + 1;
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        return true;
    }

    public void Clear() => _start = _end = 0;
}
