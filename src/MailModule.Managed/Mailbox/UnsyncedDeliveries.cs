using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Deliveries that are not durable yet. A few are synced one by one (each file, then its directory); many with one call
/// for each file system, whose cost all of them share. Deliveries that could not be synced stay here. Any thread.
/// </summary>
internal sealed class UnsyncedDeliveries(FileCalls calls)
{
    private const int FileLimit = 8;

    private readonly Lock _lock = new();
    private readonly Lock _syncing = new();
    private List<(string Home, byte[] Name)> _files = [];
    private HashSet<string> _homes = [];
    private bool _many;
    private long _syncCalls;

    public long SyncCalls => Interlocked.Read(ref _syncCalls);

    /// <param name="home">Where something was delivered.</param>
    /// <param name="name">Under which name; empty if it is not known, which costs a sync of the file system.</param>
    public void Add(string home, ReadOnlySpan<byte> name)
    {
        lock (_lock)
        {
            _homes.Add(home);
            _many |= name.IsEmpty || _files.Count >= FileLimit;
            if (!_many)
                _files.Add((home, name.ToArray()));
        }
    }

    /// <summary>Directories were made: their parents' entries are owed too.</summary>
    public void AddDirectories()
    {
        lock (_lock)
            _many = true;
    }

    public Fault Sync()
    {
        lock (_syncing)
        {
            (List<(string, byte[])> files, HashSet<string> homes, bool many) = DetachAll();
            if (homes.Count == 0)
                return Fault.None;
            Fault fault = many || !SyncFiles(files, homes) ? SyncFileSystems(homes) : Fault.None;
            if (fault != Fault.None)
                PutBack(homes);
            return fault;
        }
    }

    public Fault SyncFolder(string home, ReadOnlySpan<byte> folder)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        return SystemFault.Of(SyncPath(MaildirPath.Below(home, folder, default, room).Octets, wholeSystem: false));
    }

    private (List<(string, byte[])> Files, HashSet<string> Homes, bool Many) DetachAll()
    {
        lock (_lock)
        {
            var all = (_files, _homes, _many);
            (_files, _homes, _many) = ([], [], false);
            return all;
        }
    }

    private void PutBack(HashSet<string> homes)
    {
        lock (_lock)
        {
            _homes.UnionWith(homes);
            _many = true;
        }
    }

    // False if one could not be synced, perhaps because another program has moved it: then the whole file system is.
    private bool SyncFiles(List<(string Home, byte[] Name)> files, HashSet<string> homes)
    {
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        foreach ((string home, byte[] name) in files)
            if (SyncPath(MaildirPath.Below(home, InboxPaths.New, name, room).Octets, wholeSystem: false) < 0)
                return false;
        foreach (string home in homes)
            if (SyncFolder(home, InboxPaths.New) != Fault.None)
                return false;
        return true;
    }

    private Fault SyncFileSystems(HashSet<string> homes)
    {
        var done = new HashSet<ulong>();
        Span<byte> room = stackalloc byte[MaildirPath.Room];
        foreach (string home in homes)
        {
            ReadOnlySpan<byte> path = MaildirPath.Below(home, InboxPaths.New, default, room).Octets;
            int result = calls.Stat(path, out FileStamp stamp);
            if (result >= 0 && done.Add(stamp.Device))
                result = SyncPath(path, wholeSystem: true);
            // A mailbox that is gone as a whole has nothing left to be made durable.
            if (result < 0 && result != -Errno.NoEntry)
                return SystemFault.Of(result);
        }
        return Fault.None;
    }

    private int SyncPath(ReadOnlySpan<byte> path, bool wholeSystem)
    {
        int descriptor = calls.OpenRead(path);
        if (descriptor < 0)
            return descriptor;
        int result = wholeSystem ? calls.SyncFileSystem(descriptor) : calls.Sync(descriptor);
        calls.Close(descriptor);
        Interlocked.Increment(ref _syncCalls);
        return result;
    }
}
