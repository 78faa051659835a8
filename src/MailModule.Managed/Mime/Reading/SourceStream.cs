using MailModule.Primitives;

namespace MailModule.Mime.Reading;

/// <summary>A stretch of a message, which it does not own.</summary>
internal sealed class SourceStream(MessageSource source, long start, long end) : ReadOnlyStream
{
    private long _at = start;

    public override int Read(Span<byte> buffer)
    {
        int count = source.Read(_at, buffer[..(int)Math.Clamp(end - _at, 0, buffer.Length)]);
        _at += count;
        return count;
    }
}
