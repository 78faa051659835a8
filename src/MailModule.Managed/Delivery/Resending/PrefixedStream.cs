using MailModule.Primitives;

namespace MailModule.Delivery.Resending;

/// <summary>Octets in memory, and then a stream, read once from front to back. Disposes of neither.</summary>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> first, Stream rest) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _first = first;

    public override int Read(Span<byte> buffer)
    {
        if (_first.IsEmpty)
            return rest.Read(buffer);
        int count = Math.Min(buffer.Length, _first.Length);
        _first.Span[..count].CopyTo(buffer);
        _first = _first[count..];
        return count;
    }
}
