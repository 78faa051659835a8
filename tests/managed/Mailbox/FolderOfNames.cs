using System.Buffers.Binary;
using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Mailbox;

/// <summary>A file system with one Maildir of many messages in no order, of which only the names exist.</summary>
internal sealed class FolderOfNames(int count) : FileCalls
{
    private int _given;

    /// <summary>Names that were asked for.</summary>
    public int Given => _given;

    /// <summary>Files opened that are no folders.</summary>
    public int MessagesOpened { get; private set; }

    public override int OpenWithoutLinks(ReadOnlySpan<byte> path) => 4;

    public override int OpenAt(int folder, ReadOnlySpan<byte> name, OpenAs how)
    {
        if (how == OpenAs.Reading)
            MessagesOpened++;
        return name.StartsWith("new\0"u8) || folder == 1 ? 1 : 2;
    }

    public override int Lock(int descriptor) => 0;
    public override int Close(int descriptor) => 0;

    public override int StatAt(int folder, ReadOnlySpan<byte> name, out FileStamp stamp)
    {
        stamp = new FileStamp(1, 1, 1, 1)
        {
            IsDirectory = name.IsEmpty,
            IsRegular = true,
            Links = 1,
            Owner = FileOwner.Us,
        };
        return 0;
    }

    public override int ReadDirectory(int descriptor, Span<byte> buffer)
    {
        int used = 0;
        while (descriptor == 1 && _given < count && used + 300 < buffer.Length)
        {
            int number = (int)((long)_given++ * 7_919 % count);
            byte[] name = Encoding.ASCII.GetBytes(
                $"{1_700_000_000 + number}.id{number:D8}.mail.example,S=4000,W=4096\0");
            int length = (19 + name.Length + 7) & ~7;
            buffer.Slice(used, length).Clear();
            BinaryPrimitives.WriteUInt16LittleEndian(buffer[(used + 16)..], (ushort)length);
            buffer[used + 18] = 8;
            name.CopyTo(buffer[(used + 19)..]);
            used += length;
        }
        return used;
    }
}
