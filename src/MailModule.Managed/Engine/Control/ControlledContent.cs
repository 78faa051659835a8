using MailModule.Primitives;

namespace MailModule.Engine.Control;

/// <summary>The content of a message in another process's queue. A fault is an <see cref="IOException"/>.</summary>
internal sealed class ControlledContent(ControlClient client) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _rest;

    public override int Read(Span<byte> buffer)
    {
        Fault fault = client.ReadContent(buffer, ref _rest, out int count);
        return fault == Fault.None
            ? count
            : throw new IOException(FaultReason.Take(fault) ?? FaultWords.Of(fault));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            client.EndContent();
        base.Dispose(disposing);
    }
}
