using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Policy.SenderLists;

/// <summary>
/// Lists of senders as files, each read again when it has changed: those of all users by their path, a user's own ones
/// by the home. Any thread; blocks as long as files take.
/// </summary>
internal sealed class ListFiles(FileCalls calls, Log log)
{
    private const int ListsKept = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WatchedFile<ListFile>> _common = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (FileStamp Stamp, ListFile List)> _personal = new(StringComparer.Ordinal);

    /// <summary>A list by its path; empty if there is none.</summary>
    public ListFile Common(string path)
    {
        WatchedFile<ListFile>? file;
        lock (_lock)
            if (!_common.TryGetValue(path, out file))
            {
                if (_common.Count >= ListsKept)
                    _common.Clear();
                _common[path] = file = new WatchedFile<ListFile>(
                    path, octets => Parse(path, octets, ListFile.SizeLimit), problem => Tell(path, 0, problem));
            }
        return file.Current ?? ListFile.Empty;
    }

    /// <summary>A list in a home; empty if there is none that is to be read.</summary>
    /// <param name="name">Of the file.</param>
    public ListFile Personal(string home, string name)
    {
        if (HomeFolder.Open(calls, home, out HomeFolder? folder) < 0)
            return ListFile.Empty;
        using (folder)
        {
            int descriptor = folder!.OpenFile(System.Text.Encoding.UTF8.GetBytes(name), -1, out FileStamp stamp);
            if (descriptor < 0)
                return ListFile.Empty;
            try
            {
                return Read(Path.Join(home, name), descriptor, stamp);
            }
            finally
            {
                calls.Close(descriptor);
            }
        }
    }

    private ListFile Read(string path, int descriptor, in FileStamp stamp)
    {
        lock (_lock)
            if (_personal.TryGetValue(path, out var kept) && kept.Stamp == stamp)
                return kept.List;
        byte[] octets = new byte[ListFile.PersonalSizeLimit + 1];
        int length = 0, count;
        while ((count = calls.Read(descriptor, octets.AsSpan(length))) > 0)
            length += count;
        if (count < 0)
            return ListFile.Empty;
        ListFile list;
        try
        {
            list = Parse(path, octets[..length], ListFile.PersonalSizeLimit);
        }
        catch (InvalidDataException problem)
        {
            Tell(path, 0, ExceptionWords.Of(problem));
            list = ListFile.Empty;
        }
        lock (_lock)
        {
            if (_personal.Count >= ListsKept)
                _personal.Clear();
            _personal[path] = (stamp, list);
        }
        return list;
    }

    private ListFile Parse(string path, byte[] octets, int limit)
    {
        if (octets.Length > limit)
            throw new InvalidDataException($"it has more than {limit} octets, and is not read");
        if (ByteOrderMark.IsOfOtherEncoding(octets))
            throw new InvalidDataException(ByteOrderMark.WrongEncoding);
        ListFile list = ListFile.Parse(octets);
        foreach ((int line, string text) in list.Errors)
            Tell(path, line, $"{text}; the line is left out");
        return list;
    }

    private void Tell(string path, int line, string text)
        => log.Write(LogLevel.Warning, "lists", $"{path}{(line > 0 ? $":{line}" : "")}: {text}");
}
