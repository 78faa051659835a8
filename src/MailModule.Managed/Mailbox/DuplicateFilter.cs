using System.Text;

namespace MailModule.Mailbox;

/// <summary>
/// Finds out whether a mailbox already holds a message, for deliveries that may be repetitions: reads the mailbox once
/// for a run of them, not once for each. Compares the spool's ids, so that a changed host name does not matter. One
/// thread delivers; any thread may sync.
/// </summary>
internal sealed class DuplicateFilter(MailFolders folders)
{
    private const int FolderLimit = 64;

    /// <summary>Names that are read of new/ and of cur/. Whoever owns a mailbox makes as many as the disk has, and all
    /// deliveries wait for the reading; beyond, a message may come twice after a crash.</summary>
    public const int NamesLimit = 100_000;

    private const int AllNamesLimit = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string, string), HashSet<string>> _ids = [];
    private bool _used;

    public bool IsDuplicate(string home, FolderName box, ReadOnlySpan<byte> unique)
    {
        (string, string) key = (home, box.Text);
        lock (_lock)
        {
            _used = true;
            if (!_ids.TryGetValue(key, out HashSet<string>? ids))
            {
                if (_ids.Count >= FolderLimit || _ids.Values.Sum(one => one.Count) > AllNamesLimit)
                    _ids.Clear();
                _ids[key] = ids = Read(home, box);
            }
            return !ids.Add(IdOf(unique));
        }
    }

    /// <summary>After a failed delivery: the ids read no longer match what is in the mailbox.</summary>
    public void Clear()
    {
        lock (_lock)
            _ids.Clear();
    }

    /// <summary>Gives the memory back if no delivery asked since the last call.</summary>
    public void DropIfUnused()
    {
        lock (_lock)
        {
            if (!_used)
                _ids.Clear();
            _used = false;
        }
    }

    private HashSet<string> Read(string home, FolderName box)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        DirectoryListing.NameAction add = name => ids.Add(IdOf(name[..MaildirName.UniqueLength(name)]));
        if (folders.Open(home, box, out MailFolder folder) < 0)
            return ids;
        using (folder)
        {
            if (folder.OpenNew(out var incoming) >= 0)
                DirectoryListing.ForEach(incoming, add, limit: NamesLimit);
            if (folder.OpenCur(out var seen) >= 0)
                DirectoryListing.ForEach(seen, add, limit: NamesLimit);
        }
        return ids;
    }

    private static string IdOf(ReadOnlySpan<byte> unique) => Encoding.Latin1.GetString(MaildirName.Id(unique));
}
