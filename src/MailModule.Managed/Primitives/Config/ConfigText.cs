namespace MailModule.Primitives.Config;

/// <summary>
/// Reads a configuration file with what it includes into settings, in order. <c>@file</c> is taken in at the point
/// where it stands; its name counts from the folder of the file that names it. Not for two threads at once.
/// </summary>
internal sealed class ConfigText
{
    /// <summary>Octets of all files together at most.</summary>
    public const int SizeLimit = 16 * 1024 * 1024;

    private const int DepthLimit = 16;
    private const int FileLimit = 1000;

    private readonly Func<string, byte[]> _readFile;
    private readonly Action<ConfigError>? _told;
    private readonly List<ConfigItem> _items = [];
    private readonly List<string> _open = [];
    private int _files;
    private long _size;

    /// <param name="readFile">Gives a file's octets; may throw <see cref="IOException"/>,
    /// <see cref="UnauthorizedAccessException"/> and <see cref="InvalidDataException"/>.</param>
    /// <param name="told">Gets what is wrong inside the file, or with what it includes; reading goes on behind it.
    /// Null: it ends there.</param>
    public ConfigText(Func<string, byte[]> readFile, Action<ConfigError>? told = null)
    {
        _readFile = readFile;
        _told = told;
    }

    /// <summary>
    /// All settings of a file, or the first thing that is wrong (that nobody is told of). Blocks while files are read.
    /// Does not throw.
    /// </summary>
    public ConfigError? Read(string file, out IReadOnlyList<ConfigItem> items)
    {
        _items.Clear();
        _open.Clear();
        _files = 0;
        _size = 0;
        items = _items;
        string? path = FullPath(file, Environment.CurrentDirectory);
        return path is null
            ? new ConfigError(Fault.NotFound, file, 0, "not the name of a file")
            : ReadFile(path, path, 0);
    }

    // "from" and "line" name the place that asked for the file, so that a file that cannot be read is told where it was
    // asked for.
    private ConfigError? ReadFile(string path, string from, int line)
    {
        if (_open.Contains(path))
            return new ConfigError(Fault.Config, from, line, $"{path} includes itself");
        if (_open.Count == DepthLimit || ++_files > FileLimit)
            return new ConfigError(Fault.Config, from, line, "too many files include one another");
        ConfigError? error = TryReadText(path, from, line, out string text);
        if (error is not null)
            return error;
        _open.Add(path);
        error = Scan(text, path);
        _open.RemoveAt(_open.Count - 1);
        return error;
    }

    private ConfigError? Scan(string text, string path)
    {
        var scanner = new ConfigScanner(text);
        while (true)
        {
            switch (scanner.Next())
            {
                case ConfigScanner.Token.End:
                    return null;
                case ConfigScanner.Token.Error:
                    if (Tell(new ConfigError(Fault.Config, path, scanner.Line, scanner.Message)) is { } wrong)
                        return wrong;
                    scanner.LeaveLine();
                    break;
                case ConfigScanner.Token.Setting:
                    _items.Add(new ConfigItem(scanner.Key, scanner.Value, path, scanner.Line));
                    break;
                default:
                    if (Include(scanner.Value!, path, scanner.Line) is { } error && Tell(error) is { } untold)
                        return untold;
                    break;
            }
        }
    }

    // Null: somebody was told of it.
    private ConfigError? Tell(ConfigError error)
    {
        _told?.Invoke(error);
        return _told is null ? error : null;
    }

    private ConfigError? Include(string name, string from, int line)
    {
        string? path = FullPath(name, Path.GetDirectoryName(from)!);
        return path is null
            ? new ConfigError(Fault.Config, from, line, "@ without the name of a file")
            : ReadFile(path, from, line);
    }

    private ConfigError? TryReadText(string path, string from, int line, out string text)
    {
        text = "";
        try
        {
            byte[] octets = _readFile(path);
            _size += octets.Length;
            if (_size > SizeLimit)
                return new ConfigError(Fault.Config, from, line, $"more than {SizeLimit} octets of configuration");
            text = ByteOrderMark.Decode(octets);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Unreadable(e, from, line);
        }
    }

    // The name of an included file is not told: it may be a word of a password that should stand in quotes.
    private static ConfigError Unreadable(Exception e, string from, int line)
    {
        Fault fault = e switch
        {
            _ when line > 0 => Fault.Config,
            FileNotFoundException or DirectoryNotFoundException => Fault.NotFound,
            InvalidDataException => Fault.Config,
            _ => Fault.Io,
        };
        string reason = e is FileNotFoundException ? "there is no such file" : ExceptionWords.Of(e);
        return new ConfigError(fault, from, line, line > 0 ? $"the file to be included: {reason}" : reason);
    }

    private static string? FullPath(string name, string folder)
        => name.Length == 0 || name.Contains('\0') ? null : Path.GetFullPath(name, folder);
}
