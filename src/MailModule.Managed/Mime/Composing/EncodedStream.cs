using System.Buffers.Text;
using MailModule.Primitives;

namespace MailModule.Mime.Composing;

/// <summary>Octets in base64 with CRLF lines (RFC 2045 §6.8), piece by piece. Owns the stream that it reads.</summary>
internal sealed class EncodedStream(Stream octets) : ReadOnlyStream
{
    /// <summary>Of a line of 76 characters.</summary>
    private const int OctetsOfLine = 57;

    private const int Lines = 128;

    private readonly byte[] _plain = new byte[Lines * OctetsOfLine];
    private readonly byte[] _coded = new byte[Lines * 78];
    private ReadOnlyMemory<byte> _ready;

    public override int Read(Span<byte> buffer)
    {
        if (_ready.IsEmpty)
            _ready = Encode(octets.ReadAtLeast(_plain, _plain.Length, throwOnEndOfStream: false));
        int count = Math.Min(buffer.Length, _ready.Length);
        _ready.Span[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            octets.Dispose();
        base.Dispose(disposing);
    }

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
