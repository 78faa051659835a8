using MailModule.Primitives;
using MimeKit.Encodings;

namespace MailModule.Mime.Reading;

/// <summary>A content out of its transfer encoding, piece by piece.</summary>
internal sealed class DecodedStream(Stream encoded, IMimeDecoder decoder) : ReadOnlyStream
{
    private const int PieceLength = 8 * 1024;

    /// <summary>What a decoder may hold back of the piece before: its estimate grows by that.</summary>
    private const int HeldBack = 64;

    private readonly byte[] _encoded = new byte[PieceLength];
    private readonly byte[] _decoded = new byte[decoder.EstimateOutputLength(PieceLength) + HeldBack];
    private ReadOnlyMemory<byte> _ready;

    public override int Read(Span<byte> buffer)
    {
        while (_ready.IsEmpty)
        {
            int read = encoded.Read(_encoded);
            if (read == 0)
                return 0;
            _ready = _decoded.AsMemory(0, decoder.Decode(_encoded, 0, read, _decoded));
        }
        int count = Math.Min(buffer.Length, _ready.Length);
        _ready.Span[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }
}
