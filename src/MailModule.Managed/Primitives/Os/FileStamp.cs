using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>What identifies a state of a file or directory.</summary>
/// <param name="Device">The file system it is on.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Modified">Nanoseconds since 1970 at its last change.</param>
/// <param name="Length">Octets.</param>
internal readonly record struct FileStamp(ulong Device, ulong Inode, long Modified, long Length)
{
    /// <summary>Permission bits.</summary>
    public int Mode { get; init; }

    public bool IsDirectory { get; init; }

    /// <summary>A file with content of its own: no folder, link, pipe, socket or device.</summary>
    public bool IsRegular { get; init; }

    public bool IsSymbolicLink { get; init; }

    public bool IsPipe { get; init; }

    public bool IsSocket { get; init; }

    public FileOwner Owner { get; init; }

    /// <summary>Names that the file has.</summary>
    public uint Links { get; init; }

    /// <summary>Reads the kernel's struct statx, whose layout is the same on every processor.</summary>
    internal static FileStamp FromStatx(ReadOnlySpan<byte> raw)
    {
        ulong inode = MemoryMarshal.Read<ulong>(raw[32..]);
        long length = MemoryMarshal.Read<long>(raw[40..]);
        long seconds = MemoryMarshal.Read<long>(raw[112..]);
        uint nanoseconds = MemoryMarshal.Read<uint>(raw[120..]);
        ulong device = ((ulong)MemoryMarshal.Read<uint>(raw[136..]) << 32) | MemoryMarshal.Read<uint>(raw[140..]);
        ushort mode = MemoryMarshal.Read<ushort>(raw[28..]);
        long modified = seconds * 1_000_000_000 + nanoseconds;
        int kind = mode & 0xF000;
        return new FileStamp(device, inode, modified, length)
        {
            Mode = mode & 0xFFF,
            IsDirectory = kind == 0x4000,
            IsRegular = kind == 0x8000,
            IsSymbolicLink = kind == 0xA000,
            IsPipe = kind == 0x1000,
            IsSocket = kind == 0xC000,
            Owner = new FileOwner(MemoryMarshal.Read<uint>(raw[20..]), MemoryMarshal.Read<uint>(raw[24..])),
            Links = MemoryMarshal.Read<uint>(raw[16..]),
        };
    }
}
