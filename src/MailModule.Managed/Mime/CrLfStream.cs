using MailModule.Primitives;

namespace MailModule.Mime;

/// <summary>Text with LF for its line ends as it is on the wire, with CRLF. Owns the stream that it reads.</summary>
internal sealed class CrLfStream(Stream inner) : ReadOnlyStream
{
    private const int PieceLength = 8 * 1024;

    private readonly byte[] _text = new byte[PieceLength];
    private readonly byte[] _wire = new byte[2 * PieceLength];
    private ReadOnlyMemory<byte> _ready;

    public override int Read(Span<byte> buffer)
    {
        if (_ready.IsEmpty)
            _ready = _wire.AsMemory(0, Convert(_text.AsSpan(0, inner.Read(_text))));
        int count = Math.Min(buffer.Length, _ready.Length);
        _ready.Span[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Convert(ReadOnlySpan<byte> text)
    {
        int length = 0;
        foreach (byte octet in text)
        {
            if (octet == '\n')
                _wire[length++] = (byte)'\r';
            _wire[length++] = octet;
        }
        return length;
    }
}
