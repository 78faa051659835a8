using System.Buffers;
using MailModule.Lines;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>Reads a message's file for its size.</summary>
internal static class MessageFile
{
    private const int PieceLength = 64 * 1024;

    /// <summary>Reads from where the descriptor stands, to the end or as far as <paramref name="length"/>.</summary>
    /// <param name="size">Of what was read.</param>
    /// <returns>0, or what went wrong, with its sign turned.</returns>
    public static int Measure(FileCalls calls, int descriptor, long length, out MessageSize size)
    {
        var onWire = new WireLength();
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        long end = 0;
        int count = 0;
        while (end < length
            && (count = calls.Read(descriptor, piece.AsSpan(0, (int)Math.Min(piece.Length, length - end)))) > 0)
        {
            onWire.Add(piece.AsSpan(0, count));
            end += count;
        }
        ArrayPool<byte>.Shared.Return(piece);
        size = new MessageSize(end, onWire.Total);
        return Math.Min(count, 0);
    }
}
