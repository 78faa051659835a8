using MailModule.Primitives;

namespace MailModule.Mime;

/// <summary>
/// A content with LF for its line ends in another form, line ends alike. Owns the stream that it reads.
/// </summary>
internal sealed class RecodedStream(Stream inner, Recoding recoding) : ReadOnlyStream
{
    private readonly Recoder _recoder = new(recoding);
    private readonly byte[] _piece = new byte[Recoder.PieceLength];
    private ReadOnlyMemory<byte> _ready;
    private bool _isEnd;

    public override int Read(Span<byte> buffer)
    {
        while (_ready.IsEmpty && !_isEnd)
        {
            int read = inner.Read(_piece);
            _isEnd = read == 0;
            _ready = _isEnd ? _recoder.Finish() : _recoder.Recode(_piece, read);
        }
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
}
