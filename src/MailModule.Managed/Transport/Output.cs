using System.Buffers;

namespace MailModule.Transport;

/// <summary>
/// Octets on their way out, gathered so that all replies to one input leave in one write. Belongs to a connection's
/// current owner; grows as needed; its memory is given back when sent.
/// </summary>
public sealed class Output : IBufferWriter<byte>
{
    public int Length => throw new NotImplementedException();
    public ReadOnlySpan<byte> Written => throw new NotImplementedException();

    public void Write(ReadOnlySpan<byte> octets) => throw new NotImplementedException();
    /// <summary>Writes ASCII text (characters above 127 as UTF-8).</summary>
    public void Write(string text) => throw new NotImplementedException();

    public void Advance(int count) => throw new NotImplementedException();
    public Memory<byte> GetMemory(int sizeHint = 0) => throw new NotImplementedException();
    public Span<byte> GetSpan(int sizeHint = 0) => throw new NotImplementedException();
    public void Clear() => throw new NotImplementedException();
}
