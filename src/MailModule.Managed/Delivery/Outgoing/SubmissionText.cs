using MailModule.Primitives;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// Finished content with the header that is sent in its place (<see cref="SubmissionHeader"/>), as a stream from front
/// to back. It does not own the content.
/// </summary>
internal sealed class SubmissionText(SubmissionHeader header, SubmissionContent content) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _front = header.Replacement;
    private long _position = header.Replaced;

    /// <exception cref="IOException">The content cannot be read back, or has become shorter.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _front.Length);
        if (count > 0)
        {
            _front.Span[..count].CopyTo(buffer);
            _front = _front[count..];
            return count;
        }
        if (content.Read(buffer, _position, out count) != Fault.None || count == 0 && _position < content.Length)
            throw new IOException("the text cannot be read back");
        _position += count;
        return count;
    }
}
