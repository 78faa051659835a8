using MailModule.Primitives;

namespace MailModule.Mime;

/// <summary>A stream in another form, made piece by piece while it is read. Owns the stream that it reads.</summary>
internal abstract class PieceStream(Stream inner) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _ready;

    public override int Read(Span<byte> buffer)
    {
        if (_ready.IsEmpty)
            _ready = NextPiece(inner);
        int count = Math.Min(buffer.Length, _ready.Length);
        _ready.Span[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }

    /// <summary>What is read next; it has been read when the next is asked for. Empty: the end.</summary>
    protected abstract ReadOnlyMemory<byte> NextPiece(Stream inner);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
