using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Deliveries that are not durable yet. A few are synced one by one, each file by the descriptor that wrote it, then
/// its folder; many with one call for each file system, whose cost all of them share. Deliveries that could not be
/// synced stay here. Any thread; one at a time adds.
/// </summary>
internal sealed class UnsyncedDeliveries(FileCalls calls) : IDisposable
{
    private const int FileLimit = 8;

    private readonly Lock _lock = new();
    private readonly Lock _syncing = new();
    private Owed _owed = new();
    private long _syncCalls;

    public long SyncCalls => Interlocked.Read(ref _syncCalls);

    /// <summary>What is written next will be synced by its descriptor, which is left open for it.</summary>
    public bool KeepsDescriptor
    {
        get
        {
            lock (_lock)
                return !_owed.IsMany && _owed.Files.Count < FileLimit;
        }
    }

    /// <param name="folder">Where something was delivered.</param>
    /// <param name="file">What was written, left open; it is closed here. Below 0: closed, which costs a sync of the
    /// file system.</param>
    public void Add(MailFolder folder, int file)
    {
        lock (_lock)
        {
            AddFolder(folder);
            if (_owed.IsMany && file >= 0)
                calls.Close(file);
            else if (file >= 0)
                _owed.Files.Add(file);
            else
                BecomeMany();
        }
    }

    /// <summary>A file that is durable already got a name there.</summary>
    public void AddName(MailFolder folder)
    {
        lock (_lock)
            AddFolder(folder);
    }

    /// <summary>Directories were made: their parents' entries are owed too.</summary>
    public void AddDirectories()
    {
        lock (_lock)
            BecomeMany();
    }

    public Fault Sync()
    {
        lock (_syncing)
        {
            Owed owed = Detach();
            Fault fault = owed.IsMany || !SyncEach(owed) ? SyncFileSystems(owed.Systems.Values) : Fault.None;
            owed.Release(calls);
            if (fault == Fault.None)
                owed.ReleaseSystems();
            else
                PutBack(owed);
            return fault;
        }
    }

    public Fault SyncFolder(HomeFolder folder)
    {
        Interlocked.Increment(ref _syncCalls);
        return SystemFault.Of(folder.Sync());
    }

    /// <summary>Closes what is owed a sync; none is made.</summary>
    public void Dispose()
    {
        Owed owed = Detach();
        owed.Release(calls);
        owed.ReleaseSystems();
    }

    private void AddFolder(MailFolder folder)
    {
        if (!_owed.Systems.ContainsKey(folder.Root.Device))
            _owed.Systems[folder.Root.Device] = folder.Share();
        if (!_owed.IsMany && _owed.Folders.Add(folder))
            folder.Share();
        if (_owed.Folders.Count > FileLimit)
            BecomeMany();
    }

    private void BecomeMany()
    {
        _owed.IsMany = true;
        _owed.Release(calls);
    }

    // Directories that were made where nothing was delivered are owed to the next sync.
    private Owed Detach()
    {
        lock (_lock)
        {
            Owed owed = _owed;
            if (owed.Systems.Count == 0)
                return new Owed();
            _owed = new Owed();
            return owed;
        }
    }

    private void PutBack(Owed owed)
    {
        lock (_lock)
        {
            foreach ((ulong device, MailFolder folder) in owed.Systems)
                if (!_owed.Systems.TryAdd(device, folder))
                    folder.Dispose();
            BecomeMany();
        }
    }

    private bool SyncEach(Owed owed)
    {
        foreach (int file in owed.Files)
        {
            Interlocked.Increment(ref _syncCalls);
            if (calls.Sync(file) < 0)
                return false;
        }
        foreach (MailFolder folder in owed.Folders)
            if (folder.OpenNew(out HomeFolder incoming) < 0 || SyncFolder(incoming) != Fault.None)
                return false;
        return true;
    }

    private Fault SyncFileSystems(IEnumerable<MailFolder> systems)
    {
        foreach (MailFolder folder in systems)
        {
            Interlocked.Increment(ref _syncCalls);
            if (folder.Root.SyncFileSystem() is < 0 and var result)
                return SystemFault.Of(result);
        }
        return Fault.None;
    }

    /// <summary>What a sync has to make durable.</summary>
    private sealed class Owed
    {
        public readonly List<int> Files = [];
        public readonly HashSet<MailFolder> Folders = [];

        /// <summary>By device, one folder on each.</summary>
        public readonly Dictionary<ulong, MailFolder> Systems = [];

        public bool IsMany;

        public void Release(FileCalls calls)
        {
            foreach (int file in Files)
                calls.Close(file);
            foreach (MailFolder folder in Folders)
                folder.Dispose();
            Files.Clear();
            Folders.Clear();
        }

        public void ReleaseSystems()
        {
            foreach (MailFolder folder in Systems.Values)
                folder.Dispose();
            Systems.Clear();
        }
    }
}
