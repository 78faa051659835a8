using System.Buffers;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>Rented buffers that grow.</summary>
internal static class Buffers
{
    /// <summary>Makes room for <paramref name="needed"/> octets; the first <paramref name="used"/> stay.</summary>
    public static void Grow(ref byte[] buffer, int used, long needed)
    {
        if (needed <= buffer.Length)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(BufferSize.For(needed, buffer.Length));
        buffer.AsSpan(0, used).CopyTo(larger);
        Return(ref buffer);
        buffer = larger;
    }

    public static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }
}
