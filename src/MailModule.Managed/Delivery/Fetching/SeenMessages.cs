using System.Globalization;
using System.Text;
using MailModule.Primitives;

namespace MailModule.Delivery.Fetching;

/// <summary>
/// The file of the unique ids that were fetched from one mailbox at another host. Any thread; blocks.
/// </summary>
/// <remarks>
/// A line of text says <c>mailmodule-seen 1</c>; each further one what is so from there on: <c>+id</c>, it was
/// fetched; <c>?day id</c>, it was fetched, and since that day (days since 1970) the mailbox does not list it;
/// <c>-id</c>, it is forgotten. A unique id has no blank and no line end (RFC 1939 §7). Lines are appended and synced.
/// Invariant: what was true stays so whatever dies when. A line counts when it ends with LF; where a write was cut, the
/// file is written anew beside the old one, synced and renamed over it before anything is appended. A file that is not
/// there says that nothing was fetched; one that cannot be read says nothing, so that nobody fetches by it.
/// </remarks>
internal sealed class SeenMessages(string folder, string account, IDisk disk)
{
    /// <summary>
    /// Days for which an id is kept that the mailbox does not list: a server may list less than it has, for a while.
    /// </summary>
    public const int DaysKept = 30;

    private const string Start = "mailmodule-seen ", Header = Start + "1";
    private const int SpareLines = 1000;

    private readonly Lock _lock = new();
    private readonly string _path = Path.Combine(folder, account);
    private bool _isDoubtful;

    /// <summary>Gives the ids that were fetched.</summary>
    /// <returns>None; a fault: nothing is known, so nothing may be fetched now.</returns>
    public Fault Load(out HashSet<string> known)
    {
        lock (_lock)
        {
            Fault fault = Read(out Content content);
            known = [.. content.Missing.Keys];
            return fault;
        }
    }

    /// <summary>Adds ids that were fetched; they are durable when it returns None.</summary>
    public Fault Add(IReadOnlyCollection<string> ids)
    {
        lock (_lock)
        {
            Fault fault = Read(out Content content);
            return fault == Fault.None ? Write(content, [.. ids.Select(id => $"+{id}")]) : fault;
        }
    }

    /// <summary>
    /// Compares with what the mailbox lists. What it does not list is forgotten: at once where the server has confirmed
    /// that it has deleted it, else when it was missing for <see cref="DaysKept"/>.
    /// </summary>
    /// <param name="deleted">Ids whose deletion was confirmed.</param>
    /// <param name="today">Days since 1970.</param>
    public Fault Compare(IReadOnlySet<string> listed, IReadOnlySet<string> deleted, int today)
    {
        lock (_lock)
        {
            Fault fault = Read(out Content content);
            if (fault != Fault.None)
                return fault;
            var lines = new List<string>();
            foreach ((string id, int since) in content.Missing)
                if (LineFor(id, since, listed.Contains(id), deleted.Contains(id), today) is { } line)
                    lines.Add(line);
            return lines.Count == 0 ? Fault.None : Write(content, lines);
        }
    }

    // Null: nothing has changed.
    private static string? LineFor(string id, int since, bool isListed, bool isDeleted, int today)
    {
        if (isListed)
            return since == 0 ? null : $"+{id}";
        if (isDeleted || since != 0 && today - since >= DaysKept)
            return $"-{id}";
        return since == 0 ? $"?{today} {id}" : null;
    }

    private Fault Write(Content content, IReadOnlyCollection<string> lines)
    {
        foreach (string line in lines)
            content.Apply(line);
        bool isMostlyPast = content.Lines > 2 * content.Missing.Count + SpareLines;
        Fault fault = content.End == 0 || _isDoubtful || isMostlyPast ? WriteAnew(content) : Append(content, lines);
        _isDoubtful = fault != Fault.None;
        return fault == Fault.None ? fault : Because(fault);
    }

    private Fault Append(Content content, IReadOnlyCollection<string> lines)
    {
        Fault fault = disk.Open(_path, DiskOpen.Existing, out IDiskFile file);
        if (fault != Fault.None)
            return fault;
        using (file)
        {
            fault = file.Write(Octets(lines), content.End);
            return fault == Fault.None ? file.Sync() : fault;
        }
    }

    private Fault WriteAnew(Content content)
    {
        string made = _path + ".new";
        disk.Unlink(made); // of an engine that was killed
        Fault fault = disk.CreateIn(folder, account + ".new", out IDiskFile file);
        if (fault != Fault.None)
            return fault;
        using (file)
        {
            fault = file.Write(Octets([Header, .. content.AsLines()]), 0);
            if (fault == Fault.None)
                fault = file.Sync();
        }
        if (fault == Fault.None)
            fault = disk.Rename(made, _path);
        if (fault == Fault.None)
            fault = SyncFolder(folder);
        // The folder itself may be new.
        return fault == Fault.None ? SyncFolder(Path.GetDirectoryName(folder)!) : fault;
    }

    private Fault SyncFolder(string path)
    {
        Fault fault = disk.OpenDirectory(path, out IDiskDirectory directory);
        if (fault != Fault.None)
            return fault == Fault.NotSupported ? Fault.None : fault;
        using (directory)
            return directory.Sync();
    }

    private Fault Read(out Content content)
    {
        content = new Content();
        Fault fault = disk.Open(_path, DiskOpen.Existing, out IDiskFile file);
        if (fault != Fault.None)
            return fault == Fault.NotFound ? Fault.None : Because(fault);
        byte[] octets;
        using (file)
        {
            octets = new byte[file.Length];
            fault = file.Read(octets, 0, out int count);
            octets = octets[..count];
        }
        if (fault != Fault.None)
            return Because(fault);
        return Parse(octets, content);
    }

    private Fault Parse(byte[] octets, Content content)
    {
        int end = Array.LastIndexOf(octets, (byte)'\n') + 1;
        string[] lines = Encoding.Latin1.GetString(octets, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0] != Header)
            return lines.Length > 0 && lines[0].StartsWith(Start, StringComparison.Ordinal)
                ? FaultReason.Because(Fault.NotSupported, $"{_path} was written by a later version")
                : FaultReason.Because(Fault.Io, $"{_path} is not a list of fetched messages");
        content.End = end;
        bool isWhole = end == octets.Length;
        foreach (string line in lines.AsSpan(1))
            isWhole &= content.Apply(line);
        _isDoubtful |= !isWhole;
        return Fault.None;
    }

    private Fault Because(Fault fault) => FaultReason.Because(fault, $"{_path}: {FaultWords.Of(fault)}");

    private static byte[] Octets(IReadOnlyCollection<string> lines)
        => Encoding.Latin1.GetBytes(string.Join('\n', lines) + "\n");

    /// <summary>What the lines have come to.</summary>
    private sealed class Content
    {
        /// <summary>Each id, and the day since which it is not listed; 0: it is.</summary>
        public Dictionary<string, int> Missing { get; } = [];

        public int Lines { get; private set; }

        /// <summary>Octets up to the last LF; 0: there is no file.</summary>
        public int End { get; set; }

        /// <summary>False: it is no line, and says nothing.</summary>
        public bool Apply(string line)
        {
            Lines++;
            string id = line[1..];
            int day = 0;
            if (line[0] == '?')
            {
                int blank = line.IndexOf(' ');
                if (blank < 0 || !int.TryParse(
                    line.AsSpan(1, blank - 1), NumberStyles.None, CultureInfo.InvariantCulture, out day))
                    return false;
                id = line[(blank + 1)..];
            }
            if (id.Length == 0 || id.AsSpan().ContainsAnyExceptInRange('!', '~'))
                return false;
            if (line[0] is '+' or '?')
                Missing[id] = day;
            else if (line[0] == '-')
                Missing.Remove(id);
            return line[0] is '+' or '?' or '-';
        }

        public IEnumerable<string> AsLines()
            => Missing.Select(pair => pair.Value == 0 ? $"+{pair.Key}" : $"?{pair.Value} {pair.Key}");
    }
}
