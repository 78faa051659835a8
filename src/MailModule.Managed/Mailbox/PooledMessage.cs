using System.Buffers;

namespace MailModule.Mailbox;

/// <summary>A message in memory of the shared pool, which gets it back when the message is closed.</summary>
internal sealed class PooledMessage(byte[] octets, int length) : MemoryStream(octets, 0, length, writable: false)
{
    private byte[]? _octets = octets;

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _octets, null) is { } octets)
            ArrayPool<byte>.Shared.Return(octets);
        base.Dispose(disposing);
    }
}
