namespace MailModule.Mime;

/// <summary>
/// A content with LF for its line ends in another form, line ends alike. Owns the stream that it reads.
/// </summary>
internal sealed class RecodedStream(Stream inner, Recoding recoding) : PieceStream(inner)
{
    private readonly Recoder _recoder = new(recoding);
    private readonly byte[] _piece = new byte[Recoder.PieceLength];
    private bool _isEnd;

    protected override ReadOnlyMemory<byte> NextPiece(Stream inner)
    {
        ReadOnlyMemory<byte> piece = default;
        while (piece.IsEmpty && !_isEnd)
        {
            int read = inner.Read(_piece);
            _isEnd = read == 0;
            piece = _isEnd ? _recoder.Finish() : _recoder.Recode(_piece, read);
        }
        return piece;
    }
}
