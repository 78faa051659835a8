namespace MailModule.Mime.Reading;

/// <summary>
/// Where a message's octets are, to be read anywhere and as often as is needed. By one thread at a time.
/// </summary>
public abstract class MessageSource : IDisposable
{
    public abstract long Length { get; }

    /// <summary>Octets from an offset on, at least one unless it is the end.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public abstract int Read(long offset, Span<byte> buffer);

    public abstract void Dispose();
}
