using System.Buffers;
using System.Text;
using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// Octets on their way out, gathered so that all replies to one input leave in one write. Belongs to a connection's
/// current owner; grows as needed. The buffer is the owner thread's, not the connection's: an idle connection holds
/// none.
/// </summary>
internal sealed class Output : IBufferWriter<byte>
{
    private const int MinimumSize = 4096;
    private const int KeptByThreadLimit = 128 * 1024;

    [ThreadStatic]
    private static Output? t_spare;

    private byte[] _octets = [];

    public int Length { get; private set; }
    public ReadOnlySpan<byte> Written => new(_octets, 0, Length);

    public void Write(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(GetSpan(octets.Length));
        Length += octets.Length;
    }

    /// <summary>Writes ASCII text (characters above 127 as UTF-8).</summary>
    public void Write(string text)
        => Length += Encoding.UTF8.GetBytes(text, GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length)));

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_octets.Length - Length));
        Length += count;
    }

    /// <summary>
    /// Room for at least <paramref name="sizeHint"/> octets (one when 0); use <see cref="Advance"/> after filling.
    /// </summary>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _octets.AsMemory(Length);
    }

    /// <inheritdoc cref="GetMemory"/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _octets.AsSpan(Length);
    }

    public void Clear()
    {
        Length = 0;
        if (_octets.Length <= KeptByThreadLimit)
            return;
        ArrayPool<byte>.Shared.Return(_octets);
        _octets = [];
    }

    /// <summary>The calling thread's own, or a fresh one when that is in use further up the stack.</summary>
    internal static Output Rent()
    {
        Output output = t_spare ?? new Output();
        t_spare = null;
        return output;
    }

    /// <summary>Ends a <see cref="Rent"/> on the same thread.</summary>
    internal static void Return(Output output)
    {
        output.Clear();
        t_spare = output;
    }

    private void MakeRoom(int sizeHint)
    {
        int wanted = Math.Max(sizeHint, 1);
        if (_octets.Length - Length >= wanted)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(
            BufferSize.For(Math.Max(MinimumSize, (long)Length + wanted), _octets.Length));
        Written.CopyTo(larger);
        if (_octets.Length > 0)
            ArrayPool<byte>.Shared.Return(_octets);
        _octets = larger;
    }
}
