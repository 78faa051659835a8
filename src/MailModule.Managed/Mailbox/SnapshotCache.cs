using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// The last snapshots, by mailbox, those used last up to a bound of memory. One is given again while the times of new/
/// and cur/ say that nothing has changed. Any thread.
/// </summary>
internal sealed class SnapshotCache(FileCalls calls, MailFolders folders, PassedOver passedOver, long bound)
{
    // A directory's time moves in ticks of a clock, some file systems' in seconds: a change within the tick of the
    // listing could leave it as it was. So a listing is trusted only where the directory had been at rest this long
    // before it.
    private const long TrustAfter = 2_100_000_000;

    private readonly Dictionary<string, LinkedListNode<Entry>> _byKey = [];
    private readonly LinkedList<Entry> _latestFirst = new();
    private long _weight;

    private readonly record struct Entry(string Key, MaildirSnapshot Snapshot, bool Trusted);

    /// <summary>Directories listed so far; for tests and metrics.</summary>
    public long Listings { get; private set; }

    /// <summary>The Maildir as it is now. <see cref="Fault.NotFound"/> if there is none.</summary>
    public Fault Get(string home, FolderName box, out MaildirSnapshot snapshot)
    {
        snapshot = MaildirSnapshot.Empty;
        int result = folders.Open(home, box, out MailFolder folder);
        if (result < 0)
            return SystemFault.Of(result);
        using (folder)
            return Get(home, box, folder, out snapshot);
    }

    /// <summary>
    /// Takes over what a session has found out of sizes: where names do not tell them, the next would hear old ones.
    /// </summary>
    public void Correct(string home, FolderName box, IEnumerable<(byte[] Unique, MessageSize Size)> sizes)
    {
        lock (_byKey)
            if (_byKey.TryGetValue(box.KeyIn(home), out LinkedListNode<Entry>? node))
                node.Value = node.Value with { Snapshot = node.Value.Snapshot.With(sizes) };
    }

    private Fault Get(string home, FolderName box, MailFolder folder, out MaildirSnapshot snapshot)
    {
        string key = box.KeyIn(home);
        snapshot = MaildirSnapshot.Empty;
        int result = Stamps(folder, out FileStamp newFolder, out FileStamp curFolder);
        if (result < 0)
        {
            folders.Forget(home, box);
            return SystemFault.Of(result);
        }
        Entry? kept = Find(key);
        if (kept is { Trusted: true } && kept.Value.Snapshot.NewFolder == newFolder
            && kept.Value.Snapshot.CurFolder == curFolder)
        {
            snapshot = kept.Value.Snapshot;
            return Fault.None;
        }
        long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        Fault fault = new MaildirListing(calls, folder, passedOver)
            .Read(kept?.Snapshot ?? MaildirSnapshot.Empty, newFolder, curFolder, out snapshot);
        if (fault == Fault.None)
            Add(new Entry(key, snapshot, now - Math.Max(newFolder.Modified, curFolder.Modified) > TrustAfter));
        return fault;
    }

    // A folder without a name is one that was deleted.
    private static int Stamps(MailFolder folder, out FileStamp newFolder, out FileStamp curFolder)
    {
        curFolder = newFolder = default;
        int result = folder.OpenNew(out HomeFolder incoming);
        if (result >= 0)
            result = incoming.Stat(out newFolder);
        if (result >= 0)
            result = folder.OpenCur(out HomeFolder seen) is < 0 and var failed ? failed : seen.Stat(out curFolder);
        return result >= 0 && (newFolder.Links == 0 || curFolder.Links == 0) ? -Errno.NoEntry : result;
    }

    private Entry? Find(string key)
    {
        lock (_byKey)
        {
            if (!_byKey.TryGetValue(key, out LinkedListNode<Entry>? node))
                return null;
            _latestFirst.Remove(node);
            _latestFirst.AddFirst(node);
            return node.Value;
        }
    }

    private void Add(Entry kept)
    {
        lock (_byKey)
        {
            Listings++;
            if (_byKey.TryGetValue(kept.Key, out LinkedListNode<Entry>? old))
                Remove(old);
            _byKey[kept.Key] = _latestFirst.AddFirst(kept);
            _weight += kept.Snapshot.MemorySize;
            while (_weight > bound && _latestFirst.Last is { } oldest)
                Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _latestFirst.Remove(node);
        _byKey.Remove(node.Value.Key);
        _weight -= node.Value.Snapshot.MemorySize;
    }
}
