using System.Buffers;
using System.Runtime.InteropServices;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>Gives the names in a folder of a Maildir as octets, save directories and names that begin with a dot.</summary>
internal static class FolderNames
{
    private const int RecordHeader = 19;
    private const byte DirectoryType = 4;
    private const int PieceSize = 256 * 1024;

    public delegate void Take(ReadOnlySpan<byte> name);

    /// <summary>0, or what went wrong, with its sign turned.</summary>
    public static int ForEach(FileCalls calls, string home, ReadOnlySpan<byte> folder, Take take)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        int descriptor = calls.OpenRead(MaildirPath.Below(home, folder, default, room).Octets);
        if (descriptor < 0)
            return descriptor;
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        int count;
        while ((count = calls.ReadDirectory(descriptor, piece)) > 0)
            TakeRecords(piece.AsSpan(0, count), take);
        ArrayPool<byte>.Shared.Return(piece);
        calls.Close(descriptor);
        return count;
    }

    // struct linux_dirent64: inode (8), offset (8), record length (2), type (1), name ending with NUL.
    private static void TakeRecords(ReadOnlySpan<byte> records, Take take)
    {
        while (records.Length > RecordHeader)
        {
            int length = MemoryMarshal.Read<ushort>(records[16..]);
            ReadOnlySpan<byte> name = records[RecordHeader..length];
            name = name[..Math.Max(0, name.IndexOf((byte)0))];
            if (records[18] != DirectoryType && name.Length > 0 && name[0] != '.')
                take(name);
            records = records[length..];
        }
    }
}
