using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Outgoing;

/// <summary>Finished content as a stream, from front to back; disposing of it disposes of the content.</summary>
internal sealed class SubmissionContentStream(SubmissionContent content) : ReadOnlyStream
{
    private long _position;

    public override long Length => content.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="IOException">The content cannot be read back.</exception>
    public override int Read(Span<byte> buffer)
    {
        Fault fault = content.Read(buffer, _position, out int count);
        if (fault != Fault.None)
            throw ExceptionWords.Unreadable($"the text cannot be read back: {SystemFault.Describe(fault)}");
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
