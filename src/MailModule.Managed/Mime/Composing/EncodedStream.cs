using System.Buffers.Text;

namespace MailModule.Mime.Composing;

/// <summary>Octets in base64 with CRLF lines (RFC 2045 §6.8), piece by piece. Owns the stream that it reads.</summary>
internal sealed class EncodedStream(Stream octets) : PieceStream(octets)
{
    /// <summary>Of a line of 76 characters.</summary>
    private const int OctetsOfLine = 57;

    private const int Lines = 128;

    private readonly byte[] _plain = new byte[Lines * OctetsOfLine];
    private readonly byte[] _coded = new byte[Lines * 78];

    protected override ReadOnlyMemory<byte> NextPiece(Stream inner)
        => Encode(inner.ReadAtLeast(_plain, _plain.Length, throwOnEndOfStream: false));

    private ReadOnlyMemory<byte> Encode(int length)
    {
        int written = 0;
        for (int at = 0; at < length; at += OctetsOfLine)
        {
            ReadOnlySpan<byte> line = _plain.AsSpan(at, Math.Min(OctetsOfLine, length - at));
            Base64.EncodeToUtf8(line, _coded.AsSpan(written), out _, out int count);
            written += count;
            _coded[written++] = (byte)'\r';
            _coded[written++] = (byte)'\n';
        }
        return _coded.AsMemory(0, written);
    }
}
