using MimeKit.Encodings;

namespace MailModule.Mime;

/// <summary>Puts one part's content, given in pieces with LF line ends, into another form.</summary>
internal sealed class Recoder
{
    /// <summary>Octets of a piece at most.</summary>
    public const int PieceLength = 8 * 1024;

    private readonly IMimeDecoder? _decoder;
    private readonly IMimeEncoder _encoder;
    private readonly bool _isText;
    private readonly byte[] _plain = new byte[2 * PieceLength];
    private byte[] _output = [];

    public Recoder(Recoding recoding)
    {
        _decoder = recoding switch
        {
            Recoding.QuotedPrintableAgain => new QuotedPrintableDecoder(),
            Recoding.Base64Again => new Base64Decoder(),
            _ => null,
        };
        // RFC 2045 §6.8: in base64 text has its line ends as CRLF
        _isText = recoding == Recoding.Base64;
        _encoder = recoding is Recoding.Base64 or Recoding.Base64Again
            ? new Base64Encoder(76)
            : new QuotedPrintableEncoder(76);
    }

    /// <summary>The next octets in their new form; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Recode(byte[] piece, int length)
    {
        if (_decoder is not null)
            (piece, length) = (_plain, _decoder.Decode(piece, 0, length, _plain));
        else if (_isText)
            (piece, length) = (_plain, WriteWithCrLf(piece.AsSpan(0, length)));
        MakeRoom(length);
        return _output.AsMemory(0, _encoder.Encode(piece, 0, length, _output));
    }

    /// <summary>What is left at the end.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        MakeRoom(0);
        return _output.AsMemory(0, _encoder.Flush(_plain, 0, 0, _output));
    }

    private void MakeRoom(int length)
    {
        int needed = _encoder.EstimateOutputLength(length) + 16;
        if (_output.Length < needed)
            _output = new byte[needed];
    }

    private int WriteWithCrLf(ReadOnlySpan<byte> text)
    {
        int written = 0;
        foreach (byte octet in text)
        {
            if (octet == '\n')
                _plain[written++] = (byte)'\r';
            _plain[written++] = octet;
        }
        return written;
    }
}
