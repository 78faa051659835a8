using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Spool;

/// <summary>
/// The directory of large bodies, and how many of them stay open while they are received. Any thread; workers where it
/// says so.
/// </summary>
internal sealed class BodyFolder(IDisk disk, string path, IDiskDirectory directory, int limit,
    Action<IJob> runWork) : IDisposable
{
    private readonly Lock _syncing = new();
    private int _open;
    private long _asked;
    private long _covered;

    public Action<IJob> RunJob { get; } = runWork;

    public string PathOf(string id) => Path.Join(path, id);

    /// <summary>One more file may stay open, until <see cref="GiveBackOpen"/>.</summary>
    public bool TryKeepOpen()
    {
        if (Interlocked.Increment(ref _open) <= limit)
            return true;
        GiveBackOpen();
        return false;
    }

    /// <summary>Ends a <see cref="TryKeepOpen"/>.</summary>
    public void GiveBackOpen() => Interlocked.Decrement(ref _open);

    /// <summary>Workers only.</summary>
    public Fault Create(string id, out IDiskFile file) => disk.Open(PathOf(id), DiskOpen.New, out file);

    /// <summary>Opens a file made before. Workers only.</summary>
    public Fault Open(string id, out IDiskFile file) => disk.Open(PathOf(id), DiskOpen.Existing, out file);

    /// <summary>Makes the names of all files made so far durable; a thread that comes while another syncs shares the
    /// next sync. Workers only.</summary>
    public Fault Sync()
    {
        long ticket = Interlocked.Increment(ref _asked);
        lock (_syncing)
        {
            if (_covered >= ticket)
                return Fault.None;
            long upTo = Interlocked.Read(ref _asked);
            Fault fault = directory.Sync();
            if (fault == Fault.None)
                _covered = upTo;
            return fault;
        }
    }

    /// <summary>Workers only.</summary>
    public Fault Remove(string id) => disk.Unlink(PathOf(id));

    /// <summary>Unlinking a large file takes time, which the committer does not have.</summary>
    public void RemoveLater(string id) => RunJob(new Removal(this, id));

    public void Dispose() => directory.Dispose();

    private sealed class Removal(BodyFolder folder, string id) : IJob
    {
        public void Run() => folder.Remove(id);
    }
}
