namespace MailModule.Tests.Support;

/// <summary>Over another stream: what is written leaves in one piece when the writer next reads.</summary>
internal sealed class GatheringStream(Stream lower) : Stream
{
    private readonly MemoryStream _written = new();

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        lower.Write(_written.ToArray());
        _written.SetLength(0);
        return lower.Read(buffer, offset, count);
    }

    public override void Write(byte[] buffer, int offset, int count) => _written.Write(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        lower.Dispose();
        base.Dispose(disposing);
    }
}
