using MailModule.Primitives;

namespace MailModule.Mime;

/// <summary>A message with LF for every line end: LF, CR or CRLF. Owns the stream that it reads.</summary>
/// <param name="hasHeader">False: what is read is text alone, and gets the empty line that ends a header.</param>
internal sealed class LfStream(Stream inner, bool hasHeader = true) : ReadOnlyStream
{
    private bool _afterCr;
    private bool _isBegun = hasHeader;

    public override int Read(Span<byte> buffer)
    {
        if (!_isBegun && !buffer.IsEmpty)
        {
            _isBegun = true;
            buffer[0] = (byte)'\n';
            return 1;
        }
        while (!buffer.IsEmpty)
        {
            int count = inner.Read(buffer);
            if (count <= 0)
                return count;
            int kept = Convert(buffer[..count]);
            if (kept > 0)
                return kept;
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    // In its place: what is written is never ahead of what is read.
    private int Convert(Span<byte> octets)
    {
        if (!_afterCr && octets.IndexOf((byte)'\r') < 0)
            return octets.Length;
        int kept = 0;
        foreach (byte octet in octets)
        {
            bool isSecondHalf = _afterCr && octet == '\n';
            _afterCr = octet == '\r';
            if (!isSecondHalf)
                octets[kept++] = _afterCr ? (byte)'\n' : octet;
        }
        return kept;
    }
}
