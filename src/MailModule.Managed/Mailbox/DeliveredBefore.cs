using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Knows which messages a mailbox already holds, for deliveries that may be repetitions: reads the mailbox once for a run of them, not once for
/// each. By the spool's id, so that a changed host name does not matter. One thread delivers; any thread may sync.
/// </summary>
internal sealed class DeliveredBefore(FileCalls calls)
{
    private const int HomesKept = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<string>> _ids = [];
    private bool _used;

    public bool Holds(string home, MaildirBox box, ReadOnlySpan<byte> unique)
    {
        string key = home + box.Name;
        lock (_gate)
        {
            _used = true;
            if (!_ids.TryGetValue(key, out HashSet<string>? ids))
            {
                if (_ids.Count >= HomesKept)
                    _ids.Clear();
                _ids[key] = ids = Read(home, box);
            }
            return !ids.Add(Text(unique));
        }
    }

    /// <summary>A delivery failed: what was read no longer tells what is there.</summary>
    public void Forget()
    {
        lock (_gate)
            _ids.Clear();
    }

    /// <summary>Gives the memory back when nobody asked since the last call.</summary>
    public void Age()
    {
        lock (_gate)
        {
            if (!_used)
                _ids.Clear();
            _used = false;
        }
    }

    private HashSet<string> Read(string home, MaildirBox box)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        FolderNames.Take add = name => ids.Add(Text(name[..MaildirName.UniqueLength(name)]));
        FolderNames.ForEach(calls, home, box.New, add);
        FolderNames.ForEach(calls, home, box.Cur, add);
        return ids;
    }

    private static string Text(ReadOnlySpan<byte> unique) => Encoding.Latin1.GetString(MaildirName.Id(unique));
}
