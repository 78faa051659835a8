using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>Reads a body file from its first octet on, or from another.</summary>
internal sealed class BodyStream(IDiskFile file, long length, long start = 0) : ReadOnlyStream
{
    private long _position = start;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        Fault fault = file.Read(buffer, _position, out int count);
        if (fault != Fault.None)
            throw ExceptionWords.Unreadable($"a message body cannot be read: {SystemFault.Describe(fault)}");
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
