using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Finds out whether a mailbox already holds a message, for deliveries that may be repetitions: reads the mailbox once
/// for a run of them, not once for each. Compares the spool's ids, so that a changed host name does not matter. One
/// thread delivers; any thread may sync.
/// </summary>
internal sealed class DuplicateFilter(FileCalls calls)
{
    private const int FolderLimit = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<string>> _ids = [];
    private bool _used;

    public bool IsDuplicate(string home, FolderPaths box, ReadOnlySpan<byte> unique)
    {
        string key = home + box.Name;
        lock (_lock)
        {
            _used = true;
            if (!_ids.TryGetValue(key, out HashSet<string>? ids))
            {
                if (_ids.Count >= FolderLimit)
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

    private HashSet<string> Read(string home, FolderPaths box)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        DirectoryListing.NameAction add = name => ids.Add(IdOf(name[..MaildirName.UniqueLength(name)]));
        DirectoryListing.ForEach(calls, home, box.New, add);
        DirectoryListing.ForEach(calls, home, box.Cur, add);
        return ids;
    }

    private static string IdOf(ReadOnlySpan<byte> unique) => Encoding.Latin1.GetString(MaildirName.Id(unique));
}
