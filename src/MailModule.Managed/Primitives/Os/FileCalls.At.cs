using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>How something below an open folder is opened.</summary>
internal enum OpenAs
{
    /// <summary>A folder that can be listed and synced.</summary>
    Folder,
    /// <summary>Whatever it is, only to look at it.</summary>
    Place,
    /// <summary>For reading; never waits, whatever it is.</summary>
    Reading,
    /// <summary>For a lock, mode 0600, made if need be; never waits.</summary>
    Lock,
}

/// <summary>
/// The calls by a folder's descriptor, and what goes with them. Each takes a name, ending with NUL, and follows no
/// symbolic link there, save the one that says so.
/// </summary>
internal unsafe partial class FileCalls
{
    private static readonly bool s_isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int FoldersOnly = s_isX64 ? 0x10000 : 0x4000;
    private static readonly int NoFollow = s_isX64 ? 0x20000 : 0x8000;

    private const int OpenAt2Call = 437;
    private const int LinkNotFollowed = 0x100;
    private const int NoAutomount = 0x800;
    private const int EmptyPath = 0x1000;
    private const int DoNotSync = 0x4000;

    // RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH
    private const ulong Resolve = 0x01 | NoLinks | 0x08;
    private const ulong NoLinks = 0x02 | 0x04;

    private volatile bool _lacksOpenAt2;

    /// <summary>Opens whatever a path leads to, only to look at it. <see cref="Errno.SymbolicLink"/> where a link is
    /// on the way, or where the kernel does not say.</summary>
    public virtual int OpenWithoutLinks(ReadOnlySpan<byte> path)
    {
        ulong* request = stackalloc ulong[] { (ulong)(CloseOnExec | PathOnly), 0, NoLinks };
        fixed (byte* p = path)
        {
            int result = Ask(CurrentDirectory, p, request);
            return result is -Errno.NotImplemented or -Errno.NotPermitted ? -Errno.SymbolicLink : result;
        }
    }

    /// <summary>Opens one name only to look at it, a link itself. It may be another file system's.</summary>
    public virtual int OpenPlaceAt(int folder, ReadOnlySpan<byte> name)
    {
        fixed (byte* p = name)
            return Result(openat(folder, p, CloseOnExec | PathOnly | NoFollow, 0));
    }

    /// <summary>Where an open link leads; octets.</summary>
    public virtual int ReadLink(int link, Span<byte> target)
    {
        fixed (byte* nothing = "\0"u8, t = target)
            return Result((int)readlinkat(link, nothing, t, (nuint)target.Length));
    }

    /// <summary>Opens what has this name in a folder. <see cref="Errno.SymbolicLink"/> for a link,
    /// <see cref="Errno.CrossDevice"/> where another file system begins.</summary>
    public virtual int OpenAt(int folder, ReadOnlySpan<byte> name, OpenAs how)
    {
        int flags = CloseOnExec | NoFollow | how switch
        {
            OpenAs.Folder => FoldersOnly,
            OpenAs.Place => PathOnly,
            OpenAs.Lock => ReadWrite | Create | NonBlocking,
            _ => NonBlocking,
        };
        ulong* request = stackalloc ulong[] { (uint)flags, how == OpenAs.Lock ? (ulong)OwnerOnly : 0, Resolve };
        fixed (byte* p = name)
        {
            int result = Ask(folder, p, request);
            // A container's filter may refuse the call as such.
            return result is -Errno.NotImplemented or -Errno.NotPermitted
                ? OnSameDevice(folder, Result(openat(folder, p, flags, OwnerOnly)))
                : result;
        }
    }

    /// <summary>Makes a new file for writing, mode 0600; <see cref="Errno.Exists"/> if anything has the
    /// name.</summary>
    public virtual int CreateAt(int folder, ReadOnlySpan<byte> name)
    {
        fixed (byte* p = name)
            return Result(openat(folder, p, CloseOnExec | WriteOnly | Create | Exclusive | NoFollow, OwnerOnly));
    }

    /// <summary>What has this name in a folder, a link itself; the open file or folder if the name is empty.</summary>
    public virtual int StatAt(int folder, ReadOnlySpan<byte> name, out FileStamp stamp)
    {
        byte* raw = stackalloc byte[256];
        int result;
        ReadOnlySpan<byte> ended = name.IsEmpty ? "\0"u8 : name;
        fixed (byte* p = ended)
            result = Result(statx(
                folder, p, LinkNotFollowed | NoAutomount | (name.IsEmpty ? EmptyPath : 0), StatxMask, raw));
        stamp = result < 0 ? default : FileStamp.FromStatx(new ReadOnlySpan<byte>(raw, 256));
        return result;
    }

    /// <summary>What a path leads to, links and all; a relative one counts from a folder.</summary>
    public virtual int LookFrom(int folder, ReadOnlySpan<byte> path, out FileStamp stamp)
    {
        byte* raw = stackalloc byte[256];
        int result;
        fixed (byte* p = path)
            result = Result(statx(folder, p, NoAutomount, StatxMask, raw));
        stamp = result < 0 ? default : FileStamp.FromStatx(new ReadOnlySpan<byte>(raw, 256));
        return result;
    }

    /// <summary>Whether anything has a name, be it a link that leads nowhere: <see cref="Errno.NoEntry"/> if nothing
    /// has. It does not ask a remote or user's file system for what it knows already.</summary>
    public virtual int HasName(ReadOnlySpan<byte> path)
    {
        byte* raw = stackalloc byte[256];
        fixed (byte* p = path)
            return Result(statx(
                CurrentDirectory, p, LinkNotFollowed | NoAutomount | DoNotSync, mask: 0, raw));
    }

    public virtual int RenameAt(int fromFolder, ReadOnlySpan<byte> from, int toFolder, ReadOnlySpan<byte> to)
    {
        fixed (byte* f = from, t = to)
            return Result(renameat(fromFolder, f, toFolder, t));
    }

    /// <summary>Gives a file of ours, by its path, a name in a folder.</summary>
    public virtual int LinkAt(ReadOnlySpan<byte> path, int folder, ReadOnlySpan<byte> name)
    {
        fixed (byte* f = path, t = name)
            return Result(linkat(CurrentDirectory, f, folder, t, 0));
    }

    public virtual int UnlinkAt(int folder, ReadOnlySpan<byte> name)
    {
        fixed (byte* p = name)
            return Result(unlinkat(folder, p, 0));
    }

    /// <summary>Makes one directory, mode 0700.</summary>
    public virtual int MakeDirectoryAt(int folder, ReadOnlySpan<byte> name)
    {
        fixed (byte* p = name)
            return Result(mkdirat(folder, p, OwnersFolder));
    }

    public virtual int ChangeOwner(int descriptor, FileOwner owner)
        => Result(fchown(descriptor, owner.User, owner.Group));

    /// <summary>openat2 itself; a test has a kernel without it.</summary>
    protected virtual int OpenAt2(int folder, byte* name, ulong* request)
        => Result((int)syscall(OpenAt2Call, folder, name, request, 3 * sizeof(ulong)));

    private int Ask(int folder, byte* name, ulong* request)
    {
        int result = _lacksOpenAt2 ? -Errno.NotImplemented : OpenAt2(folder, name, request);
        _lacksOpenAt2 |= result == -Errno.NotImplemented;
        return result;
    }

    // Where the kernel does not look whether another file system begins.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int OnSameDevice(int folder, int descriptor)
    {
        if (descriptor < 0)
            return descriptor;
        int result = StatAt(folder, default, out FileStamp outer);
        if (result >= 0)
            result = StatAt(descriptor, default, out FileStamp inner) is var second and < 0 ? second
                : inner.Device == outer.Device ? 0 : -Errno.CrossDevice;
        if (result >= 0)
            return descriptor;
        close(descriptor);
        return result;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlinkat(int folder, byte* name, byte* target, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int renameat(int fromFolder, byte* from, int toFolder, byte* to);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int linkat(int fromFolder, byte* from, int toFolder, byte* to, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlinkat(int folder, byte* name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mkdirat(int folder, byte* name, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(int fd, uint user, uint group);

    // Variadic in C, but taking its arguments in registers as this does, on the processors we run on.
    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint folder, byte* name, ulong* request, nint size);
}
