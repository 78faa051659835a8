using System.Runtime.CompilerServices;
using System.Text;

namespace MailModule.Primitives.Os;

/// <summary>
/// An open folder of a user: the home, or one below it. Whatever the library does in a home it does through this: by
/// descriptor and one name at a time, so that no link and no mount leads anywhere else; with the rights of the home's
/// owner; and only with files that are that owner's or ours. Results are as in <see cref="FileCalls"/>. Any thread;
/// nothing here waits for what a user has put into the home.
/// </summary>
[SkipLocalsInit]
internal sealed class HomeFolder : IDisposable
{
    /// <summary>Longest name (NAME_MAX), and its NUL.</summary>
    private const int NameRoom = 256;

    private readonly FileCalls _calls;
    private readonly FileOwner _us;
    private readonly FileOwner _home;
    private int _descriptor;

    private HomeFolder(FileCalls calls, int descriptor, FileOwner home, FileOwner owner, FileOwner us, ulong device)
    {
        _calls = calls;
        _descriptor = descriptor;
        _home = home;
        _us = us;
        Owner = owner;
        Device = device;
    }

    public delegate void NameAction(ReadOnlySpan<byte> name, byte kind);

    /// <summary>Whose rights are used here.</summary>
    public FileOwner Owner { get; }

    /// <summary>It is ours: nobody but us, or the administrator, has put anything here.</summary>
    public bool IsOurs => Owner.User == _us.User;

    /// <summary>The home is ours too.</summary>
    private bool IsAllOurs => IsOurs && _home.User == _us.User;

    /// <summary>The file system it is on.</summary>
    public ulong Device { get; }

    /// <summary>Opens a home by the path of the settings, see <see cref="HomePath"/>.</summary>
    public static int Open(FileCalls calls, string path, out HomeFolder? home)
    {
        home = null;
        int descriptor = HomePath.Open(calls, path);
        if (descriptor < 0)
            return descriptor;
        int result = calls.StatAt(descriptor, default, out FileStamp stamp);
        if (result < 0 || !stamp.IsDirectory)
        {
            calls.Close(descriptor);
            return result < 0 ? result : -Errno.NotDirectory;
        }
        home = new HomeFolder(calls, descriptor, stamp.Owner, stamp.Owner, FileOwner.Us, stamp.Device);
        return 0;
    }

    /// <summary>
    /// Makes a home that is not there, with what is missing above it; each folder with the rights, and for the use, of
    /// whoever has the one above.
    /// </summary>
    public static int Make(FileCalls calls, string path)
    {
        string plain = FilePath.TrimEnd(path);
        ReadOnlySpan<char> above = FilePath.Above(plain.AsSpan());
        int folder = HomePath.Open(calls, above);
        if (folder == -Errno.NoEntry && above.Length > FilePath.RootOf(above.ToString()).Length)
            folder = Make(calls, above.ToString()) is < 0 and var failed ? failed : HomePath.Open(calls, above);
        if (folder < 0)
            return folder;
        Span<byte> room = stackalloc byte[NameRoom];
        int result = calls.StatAt(folder, default, out FileStamp stamp);
        if (result >= 0)
            using (OwnerRights.Take(stamp.Owner, FileOwner.Us))
                result = calls.MakeDirectoryAt(folder, FilePath.Octets(Path.GetFileName(plain.AsSpan()), room));
        calls.Close(folder);
        return result == -Errno.Exists ? 0 : result;
    }

    /// <summary>The owner of a home; false if there is none.</summary>
    public static bool TryGetOwner(string path, out FileOwner owner)
    {
        bool isThere = Open(FileCalls.Real, path, out HomeFolder? home) >= 0;
        owner = isThere ? home!.Owner : default;
        home?.Dispose();
        return isThere;
    }

    /// <summary>
    /// What a path leads to, as far as the home's owner may see; a relative one counts from the home. Where we cannot
    /// look with the owner's rights, what is in the home itself.
    /// </summary>
    public static int Look(FileCalls calls, string home, string path, out FileStamp stamp)
    {
        stamp = default;
        int result = Open(calls, home, out HomeFolder? folder);
        if (result < 0)
            return result;
        using (folder)
        {
            if (!folder!.IsOurs && !OwnerRights.IsPossible(folder._us))
                return folder.Stat(Encoding.UTF8.GetBytes(path), out stamp);
            Span<byte> room = stackalloc byte[FilePath.Room];
            using OwnerRights rights = folder.Take();
            return calls.LookFrom(folder._descriptor, FilePath.Octets(path, room), out stamp);
        }
    }

    /// <summary>Opens a folder in this one.</summary>
    public int OpenFolder(ReadOnlySpan<byte> name, out HomeFolder? folder)
    {
        folder = null;
        int descriptor = Open(name, OpenAs.Folder);
        // It may be ours where the user may not enter: made by a version that used its own rights.
        if (descriptor == -Errno.NoAccess && !IsOurs)
            descriptor = OpenOurs(name);
        if (descriptor < 0)
            return descriptor;
        int result = _calls.StatAt(descriptor, default, out FileStamp stamp);
        if (result >= 0 && !IsOurs && stamp.Owner.User != Owner.User && stamp.Owner.User != _us.User)
            result = -Errno.NotPermitted;
        if (result < 0)
        {
            _calls.Close(descriptor);
            return result;
        }
        FileOwner owner = stamp.Owner.User == Owner.User ? Owner : stamp.Owner;
        folder = new HomeFolder(_calls, descriptor, _home, owner, _us, stamp.Device);
        return 0;
    }

    /// <summary>Makes a folder in this one, mode 0700; 0 as well if it is there.</summary>
    public int MakeFolder(ReadOnlySpan<byte> name)
    {
        Span<byte> room = stackalloc byte[NameRoom];
        if (!TryEnd(name, room))
            return -Errno.NoEntry;
        using OwnerRights rights = Take();
        int result = _calls.MakeDirectoryAt(_descriptor, room);
        return result == -Errno.Exists ? 0 : result;
    }

    /// <summary>
    /// Opens a file for reading; the descriptor. What is no file, is another's, or has a name elsewhere too, is
    /// <see cref="Errno.NotPermitted"/>.
    /// </summary>
    /// <param name="linkedLength">A file of ours that is this long may have several names, for it may be a body that
    /// several mailboxes share; -1: none may.</param>
    /// <param name="stamp">What it is; its length bounds what is to be read.</param>
    public int OpenFile(ReadOnlySpan<byte> name, long linkedLength, out FileStamp stamp)
    {
        stamp = default;
        int descriptor = Open(name, OpenAs.Reading);
        if (descriptor < 0)
            return descriptor;
        int result = _calls.StatAt(descriptor, default, out stamp);
        return KeepIf(descriptor, result >= 0 && !MayUse(stamp, linkedLength) ? -Errno.NotPermitted : result);
    }

    /// <summary>Opens a file for a lock, making it if need be; what is none of ours is refused.</summary>
    public int OpenLock(ReadOnlySpan<byte> name)
    {
        int descriptor = Open(name, OpenAs.Lock);
        if (descriptor < 0)
            return descriptor;
        int result = _calls.StatAt(descriptor, default, out FileStamp stamp);
        return KeepIf(descriptor, result >= 0 && !MayUse(stamp, linkedLength: -1) ? -Errno.NotPermitted : result);
    }

    /// <summary>Makes a new file for writing, mode 0600, the home's owner's.</summary>
    public int Create(ReadOnlySpan<byte> name)
    {
        Span<byte> room = stackalloc byte[NameRoom];
        if (!TryEnd(name, room))
            return -Errno.NoEntry;
        using OwnerRights rights = Take();
        int descriptor = _calls.CreateAt(_descriptor, room);
        if (descriptor < 0 || !IsOurs || _home.User == _us.User || _us.User != FileOwner.Root)
            return descriptor;
        int result = _calls.ChangeOwner(descriptor, _home.Rights);
        if (result < 0)
            _calls.UnlinkAt(_descriptor, room);
        return KeepIf(descriptor, result);
    }

    public int Rename(ReadOnlySpan<byte> name, HomeFolder to, ReadOnlySpan<byte> newName)
    {
        Span<byte> from = stackalloc byte[NameRoom];
        Span<byte> target = stackalloc byte[NameRoom];
        if (!TryEnd(name, from) || !TryEnd(newName, target))
            return -Errno.NoEntry;
        using OwnerRights rights = Take();
        return _calls.RenameAt(_descriptor, from, to._descriptor, target);
    }

    /// <summary>Gives a file of ours a name here too. Only where all is ours: a file has one owner.</summary>
    public int Link(string path, ReadOnlySpan<byte> name)
    {
        Span<byte> room = stackalloc byte[NameRoom];
        if (!IsAllOurs || !TryEnd(name, room))
            return -Errno.NotSupported;
        Span<byte> pathRoom = stackalloc byte[FilePath.Room];
        return _calls.LinkAt(FilePath.Octets(path, pathRoom), _descriptor, room);
    }

    public int Unlink(ReadOnlySpan<byte> name)
    {
        Span<byte> room = stackalloc byte[NameRoom];
        if (!TryEnd(name, room))
            return -Errno.NoEntry;
        using OwnerRights rights = Take();
        return _calls.UnlinkAt(_descriptor, room);
    }

    /// <summary>What has a name here; a link itself.</summary>
    public int Stat(ReadOnlySpan<byte> name, out FileStamp stamp)
    {
        Span<byte> room = stackalloc byte[NameRoom];
        stamp = default;
        if (!TryEnd(name, room))
            return -Errno.NoEntry;
        using OwnerRights rights = Take();
        return _calls.StatAt(_descriptor, room, out stamp);
    }

    /// <summary>What this folder is now.</summary>
    public int Stat(out FileStamp stamp) => _calls.StatAt(_descriptor, default, out stamp);

    /// <summary>Closes a file that was opened here.</summary>
    public void Close(int file) => _calls.Close(file);

    /// <summary>Makes the folder's entries durable.</summary>
    public int Sync() => _calls.Sync(_descriptor);

    /// <summary>Makes all of its file system durable.</summary>
    public int SyncFileSystem() => _calls.SyncFileSystem(_descriptor);

    /// <summary>Gives each name, with its kind where the file system tells (DT_…, else 0).</summary>
    /// <param name="limit">Names at most.</param>
    public int ForEachName(NameAction take, int limit = int.MaxValue)
    {
        int result = OpenNames(out FolderNames names);
        if (result < 0)
            return result;
        try
        {
            for (; limit > 0 && names.Next(); limit--)
                take(names.Name, names.Kind);
            return names.Result;
        }
        finally
        {
            names.Dispose();
        }
    }

    /// <summary>Opens the list of names, which the caller disposes of.</summary>
    public int OpenNames(out FolderNames names)
    {
        names = default;
        int descriptor;
        using (Take())
            descriptor = _calls.OpenAt(_descriptor, ".\0"u8, OpenAs.Folder);
        if (descriptor < 0)
            return descriptor;
        names = new FolderNames(_calls, descriptor);
        return 0;
    }

    /// <summary>The rights that calls here use; taken for several of them at once it costs less.</summary>
    public OwnerRights Take() => OwnerRights.Take(Owner, _us);

    public void Dispose()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
            _calls.Close(descriptor);
    }

    // One name, and none that leads out of the folder.
    internal static bool TryEnd(ReadOnlySpan<byte> name, Span<byte> room)
    {
        if (name.IsEmpty || name.Length >= room.Length || name.ContainsAny((byte)'/', (byte)0)
            || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || !FilePath.IsName(name))
            return false;
        name.CopyTo(room);
        room[name.Length] = 0;
        return true;
    }

    private int Open(ReadOnlySpan<byte> name, OpenAs how)
    {
        Span<byte> room = stackalloc byte[NameRoom];
        if (!TryEnd(name, room))
            return -Errno.NoEntry;
        using OwnerRights rights = Take();
        return _calls.OpenAt(_descriptor, room, how);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int OpenOurs(ReadOnlySpan<byte> name)
    {
        int place = Open(name, OpenAs.Place);
        if (place < 0)
            return place;
        int result = _calls.StatAt(place, default, out FileStamp stamp);
        if (result >= 0)
            result = stamp.Owner.User == _us.User && stamp.IsDirectory
                ? _calls.OpenAt(place, ".\0"u8, OpenAs.Folder)
                : -Errno.NoAccess;
        _calls.Close(place);
        return result;
    }

    private bool MayUse(in FileStamp stamp, long linkedLength)
        => stamp.IsRegular && (stamp.Owner.User == Owner.User || stamp.Owner.User == _us.User
                || stamp.Owner.User == _home.User)
            && (stamp.Links == 1 || IsAllOurs && stamp.Owner.User == _us.User && stamp.Length == linkedLength);

    private int KeepIf(int descriptor, int result)
    {
        if (result >= 0)
            return descriptor;
        _calls.Close(descriptor);
        return result;
    }
}
