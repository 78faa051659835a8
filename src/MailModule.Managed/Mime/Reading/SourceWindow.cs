namespace MailModule.Mime.Reading;

/// <summary>
/// What is in sight of a message while it is gone through from front to back: each octet is read once.
/// </summary>
internal sealed class SourceWindow(MessageSource source)
{
    private const int Size = 64 * 1024;

    private readonly byte[] _octets = new byte[Size];
    private int _start;
    private int _end;
    private long _read;
    private byte _previous;
    private bool _isEnd;

    /// <summary>Of the next octet.</summary>
    public long Position { get; private set; }

    /// <summary>Octets of the line end that stands before; at the beginning as if there were one.</summary>
    public int LineEndBefore { get; private set; } = 1;

    /// <summary>Octets that the source has given.</summary>
    public long OctetsRead => _read;

    /// <summary>The octets from here on: so many at least, or all up to the end.</summary>
    public ReadOnlySpan<byte> Peek(int wanted)
    {
        while (_end - _start < wanted && !_isEnd && TryFill())
        {
        }
        return _octets.AsSpan(_start, _end - _start);
    }

    public void Skip(int count)
    {
        if (count == 0)
            return;
        bool afterCr = count > 1 ? _octets[_start + count - 2] == '\r' : _previous == '\r';
        _previous = _octets[_start + count - 1];
        LineEndBefore = _previous != '\n' ? 0 : afterCr ? 2 : 1;
        _start += count;
        Position += count;
    }

    public void SkipToEnd()
    {
        _start = _end = 0;
        _isEnd = true;
        Position = source.Length;
    }

    private bool TryFill()
    {
        if (_start > 0)
        {
            _octets.AsSpan(_start, _end - _start).CopyTo(_octets);
            (_start, _end) = (0, _end - _start);
        }
        int count = source.Read(_read, _octets.AsSpan(_end));
        _end += count;
        _read += count;
        _isEnd = count == 0;
        return !_isEnd;
    }
}
