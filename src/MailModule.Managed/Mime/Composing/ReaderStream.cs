using MailModule.Primitives;

namespace MailModule.Mime.Composing;

/// <summary>What the host's reader gives, as a stream.</summary>
internal sealed class ReaderStream(OctetReader reader) : ReadOnlyStream
{
    private bool _isEnd;

    /// <exception cref="IOException">The reader gave an error.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_isEnd || buffer.IsEmpty)
            return 0;
        int count = reader(buffer);
        if (count < 0 || count > buffer.Length)
            throw new IOException("the host's reader gave an error, or more than was asked for");
        _isEnd = count == 0;
        return count;
    }
}
