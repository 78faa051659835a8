using System.Text;
using MailModule.Primitives;

namespace MailModule.Mime.Reading;

/// <summary>A text in UTF-8, whatever its character set was, piece by piece.</summary>
internal sealed class Utf8Stream(Stream text, Encoding charset) : ReadOnlyStream
{
    private const int PieceLength = 4 * 1024;

    private readonly byte[] _octets = new byte[PieceLength];
    private readonly char[] _characters = new char[charset.GetMaxCharCount(PieceLength)];
    private readonly byte[] _utf8 = new byte[Encoding.UTF8.GetMaxByteCount(charset.GetMaxCharCount(PieceLength))];
    private readonly Decoder _decoder = charset.GetDecoder();
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
    private ReadOnlyMemory<byte> _ready;
    private bool _isEnd;

    public override int Read(Span<byte> buffer)
    {
        while (_ready.IsEmpty && !_isEnd)
        {
            int read = text.Read(_octets);
            _isEnd = read == 0;
            int characters = _decoder.GetChars(_octets, 0, read, _characters, 0, flush: _isEnd);
            _ready = _utf8.AsMemory(0, _encoder.GetBytes(_characters, 0, characters, _utf8, 0, flush: _isEnd));
        }
        int count = Math.Min(buffer.Length, _ready.Length);
        _ready.Span[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }
}
