namespace MailModule.Tests.Support;

/// <summary>A client's side of a connection, which sends its hello in several records of so many octets.</summary>
/// <param name="oneByOne">The records come one after the other, and not in one write.</param>
internal sealed class HelloInPieces(Stream inner, int piece, bool oneByOne) : Stream
{
    private bool _isSent;

    /// <summary>The record's content in records of so many octets.</summary>
    public static byte[] Split(byte[] record, int piece)
        => [.. record.Skip(5).Chunk(piece).SelectMany(
            part => (byte[])[record[0], record[1], record[2], (byte)(part.Length >> 8), (byte)part.Length, .. part])];

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ReadOnlySpan<byte> octets = _isSent ? buffer : Split(buffer.ToArray(), piece);
        bool isCut = oneByOne && !_isSent;
        _isSent = true;
        while (isCut && octets.Length > piece)
        {
            inner.Write(octets[..piece]);
            octets = octets[piece..];
        }
        inner.Write(octets);
    }

    public override void Flush() => inner.Flush();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
