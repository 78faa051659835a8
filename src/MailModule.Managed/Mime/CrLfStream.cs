namespace MailModule.Mime;

/// <summary>Text with LF for its line ends as it is on the wire, with CRLF. Owns the stream that it reads.</summary>
internal sealed class CrLfStream(Stream inner) : PieceStream(inner)
{
    private const int PieceLength = 8 * 1024;

    private readonly byte[] _text = new byte[PieceLength];
    private readonly byte[] _wire = new byte[2 * PieceLength];

    protected override ReadOnlyMemory<byte> NextPiece(Stream inner)
        => _wire.AsMemory(0, Convert(_text.AsSpan(0, inner.Read(_text))));

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
