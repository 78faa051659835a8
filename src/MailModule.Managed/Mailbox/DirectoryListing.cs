using System.Buffers;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Gives the names in a folder of a Maildir as octets, save directories and names that begin with a dot.
/// </summary>
internal static class DirectoryListing
{
    private const int PieceSize = 256 * 1024;

    public delegate void NameAction(ReadOnlySpan<byte> name);

    /// <summary>0, or what went wrong, with its sign turned.</summary>
    public static int ForEach(FileCalls calls, string home, ReadOnlySpan<byte> folder, NameAction take)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        int descriptor = calls.OpenRead(MaildirPath.Below(home, folder, default, room).Octets);
        if (descriptor < 0)
            return descriptor;
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        int count;
        while ((count = calls.ReadDirectory(descriptor, piece)) > 0)
            ForEachRecord(piece.AsSpan(0, count), take);
        ArrayPool<byte>.Shared.Return(piece);
        calls.Close(descriptor);
        return count;
    }

    private static void ForEachRecord(ReadOnlySpan<byte> records, NameAction take)
    {
        var entries = new DirectoryRecords(records);
        while (entries.Next())
            if (entries.Kind != DirectoryRecords.Directory && entries.Name.Length > 0 && entries.Name[0] != '.')
                take(entries.Name);
    }
}
