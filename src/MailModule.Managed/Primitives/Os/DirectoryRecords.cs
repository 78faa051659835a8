using System.Runtime.InteropServices;
using System.Text;

namespace MailModule.Primitives.Os;

/// <summary>
/// Walks through what <see cref="FileCalls.ReadDirectory"/> gives, struct linux_dirent64 after struct linux_dirent64:
/// inode (8), offset (8), record length (2), type (1), name ending with NUL. A view of the records; nothing is copied.
/// </summary>
internal ref struct DirectoryRecords(ReadOnlySpan<byte> records)
{
    /// <summary>Kinds: not told, a directory, a file.</summary>
    public const byte Unknown = 0, Directory = 4, Regular = 8;

    private const int LengthOffset = 16;
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    private ReadOnlySpan<byte> _rest = records;

    /// <summary>The name of the entry that <see cref="Next"/> came to; "." and ".." are among them.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>What the entry is (DT_…); 0 where the file system does not tell.</summary>
    public byte Kind { get; private set; }

    /// <summary>Goes to the next entry; false after the last.</summary>
    public bool Next()
    {
        if (_rest.Length <= NameOffset)
            return false;
        int length = MemoryMarshal.Read<ushort>(_rest[LengthOffset..]);
        ReadOnlySpan<byte> name = _rest[NameOffset..length];
        Name = name[..Math.Max(0, name.IndexOf((byte)0))];
        Kind = _rest[TypeOffset];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>Writes a record, of a system whose own are of another form; the octets that it takes.</summary>
    public static int Write(Span<byte> room, ReadOnlySpan<char> name, byte kind)
    {
        int octets = Encoding.UTF8.GetBytes(name, room[NameOffset..]);
        int length = NameOffset + octets + 1;
        room[NameOffset + octets] = 0;
        room[TypeOffset] = kind;
        MemoryMarshal.Write(room[LengthOffset..], (ushort)length);
        return length;
    }
}
