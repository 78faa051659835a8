using System.Buffers;
using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// Octets that have to be kept for a while, in pooled memory that is returned when the last is consumed. Not for two
/// threads at once.
/// </summary>
internal struct PooledBuffer
{
    private const int MinimumSize = 1024;
    private byte[]? _octets;
    private int _start;

    public int Length { get; private set; }

    /// <summary>Octets of memory that it holds.</summary>
    public readonly int Capacity => _octets?.Length ?? 0;

    public readonly ReadOnlySpan<byte> Span => new(_octets, _start, Length);

    public void Append(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        MakeRoom(octets.Length);
        octets.CopyTo(_octets.AsSpan(_start + Length));
        Length += octets.Length;
    }

    /// <summary>
    /// Free memory behind what is there, of at least so many octets, to be filled; then <see cref="Added"/> is called.
    /// </summary>
    public Memory<byte> Room(int least)
    {
        MakeRoom(least);
        return _octets.AsMemory(_start + Length);
    }

    /// <summary>So many octets have been put into the <see cref="Room"/>.</summary>
    public void Added(int count)
    {
        Length += count;
        if (Length == 0)
            Clear();
    }

    public void Consume(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Length);
        _start += count;
        Length -= count;
        if (Length == 0)
            Clear();
    }

    public void Clear()
    {
        byte[]? octets = _octets;
        _octets = null;
        _start = Length = 0;
        if (octets is not null)
            ArrayPool<byte>.Shared.Return(octets);
    }

    /// <summary>Hands the memory over to a buffer that takes the place of this one.</summary>
    public PooledBuffer Detach()
    {
        PooledBuffer taken = this;
        _octets = null;
        _start = Length = 0;
        return taken;
    }

    private void MakeRoom(int more)
    {
        if (_octets is null)
        {
            _octets = ArrayPool<byte>.Shared.Rent(Math.Max(more, MinimumSize));
            return;
        }
        if (_octets.Length - _start - Length >= more)
            return;
        byte[] target = _octets.Length - Length >= more
            ? _octets
            : ArrayPool<byte>.Shared.Rent(BufferSize.For((long)Length + more, _octets.Length));
        Span.CopyTo(target);
        _start = 0;
        if (target == _octets)
            return;
        ArrayPool<byte>.Shared.Return(_octets);
        _octets = target;
    }
}
