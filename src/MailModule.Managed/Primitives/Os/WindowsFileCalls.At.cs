using System.Text;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>
/// The calls by a folder's handle. NT takes a name as it is there, a slash or a stream's mark in it too: so each is
/// looked at first. A link is a reparse point that stands for another name (a symbolic link, a junction, a mounted
/// volume); other reparse points are files whose content is kept elsewhere.
/// </summary>
internal sealed partial class WindowsFileCalls
{
    // FSCTL_GET_REPARSE_POINT gives no more.
    private const int ReparseRoom = 16 * 1024;

    public override int OpenWithoutLinks(ReadOnlySpan<byte> path)
    {
        int result = Nt(path, out string name);
        if (result < 0)
            return result;
        int root = RootLength(name);
        int folder = Open(0, name.AsSpan(0, root), NtFile.Traverse, NtFile.OpenExisting, 0);
        if (folder < 0 || root == name.Length)
            return folder;
        result = Open(
            folder, name.AsSpan(root), NtFile.Traverse, NtFile.OpenExisting, 0, NtFile.DoNotReparse);
        NtFile.Close(folder);
        return result == -Errno.InvalidArgument ? -Errno.SymbolicLink : result;
    }

    public override int OpenPlaceAt(int folder, ReadOnlySpan<byte> name)
        => OpenName(folder, name, 0, NtFile.OpenExisting, NtFile.ReparsePoint);

    /// <summary>An absolute path, whatever the link says.</summary>
    public override int ReadLink(int link, Span<byte> target)
    {
        byte[] record = new byte[ReparseRoom];
        int status = NtFile.Control(link, NtFile.GetReparsePoint, record);
        if (status < 0)
            return ResultOf(status);
        if (!WindowsLink.TryRead(record, out string text, out bool isRelative))
            return -Errno.SymbolicLink;
        string? own = isRelative ? HandlePath.Of(link) : "";
        if (own is null)
            return -Errno.SymbolicLink;
        string path = isRelative ? Path.GetFullPath(text, WindowsPath.Above(own)) : text;
        return Encoding.UTF8.TryGetBytes(path, target, out int length) ? length : -Errno.NameTooLong;
    }

    public override int OpenAt(int folder, ReadOnlySpan<byte> name, OpenAs how) => how switch
    {
        OpenAs.Folder => OpenFolder(folder, name),
        OpenAs.Place => OpenNoLink(folder, name, 0, NtFile.OpenExisting, 0),
        OpenAs.Lock => OpenNoLink(
            folder, name, NtFile.ReadData | NtFile.WriteData, NtFile.OpenOrCreate, NtFile.NoFolder),
        _ => OpenNoLink(folder, name, NtFile.ReadData, NtFile.OpenExisting, 0),
    };

    /// <summary>What is written to it has left our memory when the call returns; see
    /// <see cref="SyncFileSystem"/>.</summary>
    public override int CreateAt(int folder, ReadOnlySpan<byte> name)
        => OpenName(folder, name, NtFile.WriteData, NtFile.CreateNew, NtFile.NoFolder | NtFile.WriteThrough);

    public override int StatAt(int folder, ReadOnlySpan<byte> name, out FileStamp stamp)
        => name.IsEmpty
            ? WindowsStamp.Read(folder, out stamp)
            : StampAndClose(OpenPlaceAt(folder, name), out stamp);

    /// <summary>
    /// One name in the folder, and no path: the rights are ours, not the user's, and a path may lead to another
    /// machine, which would be shown our account.
    /// </summary>
    public override int LookFrom(int folder, ReadOnlySpan<byte> path, out FileStamp stamp)
        => StatAt(folder, path, out stamp);

    public override int HasName(ReadOnlySpan<byte> path)
        => Nt(path, out string name) is < 0 and var wrong ? wrong : ResultOf(NtFile.QueryAttributes(name));

    public override int RenameAt(int fromFolder, ReadOnlySpan<byte> from, int toFolder, ReadOnlySpan<byte> to)
    {
        Span<char> source = stackalloc char[NameRoom], target = stackalloc char[NameRoom];
        return TryReadName(from, ref source) && TryReadName(to, ref target)
            ? Rename(fromFolder, source, toFolder, target)
            : -Errno.NoEntry;
    }

    public override int LinkAt(ReadOnlySpan<byte> path, int folder, ReadOnlySpan<byte> name)
    {
        Span<char> target = stackalloc char[NameRoom];
        if (!TryReadName(name, ref target))
            return -Errno.NoEntry;
        int file = OpenPath(path, NtFile.WriteAttributes, NtFile.OpenExisting, NtFile.NoFolder);
        if (file < 0)
            return file;
        int status = NtFile.Set(file, NameRecord(0, folder, target), NtFile.LinkInformation);
        NtFile.Close(file);
        return ResultOf(status);
    }

    public override int UnlinkAt(int folder, ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[NameRoom];
        return TryReadName(name, ref text) ? Unlink(folder, text) : -Errno.NoEntry;
    }

    public override int MakeDirectoryAt(int folder, ReadOnlySpan<byte> name)
        => CloseAgain(OpenName(folder, name, NtFile.ReadData, NtFile.CreateNew, NtFile.Folder));

    /// <summary>Who may do what there is the folder's to say, whose entries inherit it.</summary>
    public override int ChangeOwner(int descriptor, FileOwner owner) => 0;

    private static int OpenFolder(int folder, ReadOnlySpan<byte> name)
    {
        const uint reading = NtFile.ReadData | NtFile.Traverse;
        int result = OpenNoLink(folder, name, reading | NtFile.WriteData, NtFile.OpenExisting, NtFile.Folder);
        return result == -Errno.NoAccess
            ? OpenNoLink(folder, name, reading, NtFile.OpenExisting, NtFile.Folder)
            : result;
    }

    private static int OpenNoLink(int folder, ReadOnlySpan<byte> name, uint access, uint disposition, uint options)
    {
        int opened = OpenName(folder, name, access, disposition, options | NtFile.ReparsePoint);
        if (opened < 0)
            return opened;
        int result = WindowsStamp.ReadTag(opened, out uint tag);
        if (result >= 0 && tag == 0)
            return opened;
        NtFile.Close(opened);
        return result < 0 ? result
            : WindowsStamp.IsLink(tag) ? -Errno.SymbolicLink
            : OpenName(folder, name, access, disposition, options);
    }

    private static int OpenName(int folder, ReadOnlySpan<byte> name, uint access, uint disposition, uint options)
    {
        if (folder == CurrentDirectory)
            return OpenPath(name, access, disposition, options);
        Span<char> text = stackalloc char[NameRoom];
        bool isItself = name.SequenceEqual(".\0"u8);
        return isItself ? Open(folder, default, access, disposition, options)
            : TryReadName(name, ref text) ? Open(folder, text, access, disposition, options)
            : -Errno.NoEntry;
    }

    // In UTF-8, ending with NUL.
    private static bool TryReadName(ReadOnlySpan<byte> name, ref Span<char> text)
    {
        if (!Encoding.UTF8.TryGetChars(name[..Math.Max(0, name.IndexOf((byte)0))], text, out int length))
            return false;
        text = text[..length];
        return WindowsName.Problem(text) is null;
    }

    // Of \??\C:\ and \??\UNC\server\share\, whose own names are links of the system's.
    private static int RootLength(string nt)
    {
        string path = WindowsPath.FromNt(nt);
        int root = WindowsPath.RootOf(path).Length;
        return nt.Length - (path.Length - root);
    }
}
