using MailModule.Primitives.Config;

namespace MailModule.Engine.Settings;

/// <summary>What was found in a configuration file and those it includes, and where settings stand there.</summary>
internal sealed class ConfigFindings(string file)
{
    private readonly List<ConfigFinding> _found = [];
    private readonly Dictionary<Setting, ConfigItem> _places = [];
    private readonly List<string> _files = [file];

    /// <summary>All in the order of files and lines.</summary>
    public IReadOnlyList<ConfigFinding> InOrder
        => [.. _found.OrderBy(one => _files.IndexOf(one.File)).ThenBy(one => one.Line)];

    public void Add(ConfigSeverity severity, string where, int line, string key, string text)
    {
        if (!_files.Contains(where))
            _files.Add(where);
        _found.Add(new ConfigFinding(severity, where, line, key, text));
    }

    public void Add(ConfigSeverity severity, ConfigItem item, string text)
        => Add(severity, item.File, item.Line, item.Key, text);

    /// <summary>A setting that stands nowhere has the place of the whole file.</summary>
    public void Warn(Setting row, string text) => Add(ConfigSeverity.Warning, row, text);

    public void Add(ConfigSeverity severity, Setting row, string text)
    {
        if (_places.TryGetValue(row, out ConfigItem item))
            Add(severity, item.File, item.Line, row.Key, text);
        else
            Add(severity, file, 0, row.Key, text);
    }

    /// <summary>Notes where a setting stands; the last place counts.</summary>
    /// <returns>Where it stood before; null: nowhere.</returns>
    public ConfigItem? Place(Setting row, ConfigItem item)
    {
        ConfigItem? before = _places.TryGetValue(row, out ConfigItem found) ? found : null;
        _places[row] = item;
        return before;
    }
}
