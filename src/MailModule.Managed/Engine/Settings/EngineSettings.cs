using System.Globalization;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Config;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>
/// The settings of one engine. Any thread; every change is whole or not at all, and readers take <see cref="Current"/>
/// once and see one moment. Errors and lines of the log name known keys, files and lines, and never show a value.
/// </summary>
internal sealed class EngineSettings
{
    private const string DefaultFile = "mailmodule.cfg";
    private const string OldDefaultFile = "ftp.cfg";
    private const string Area = "settings";

    // An unknown key is not shown: it may be a word of a password that should stand in quotes, or a key with its value.
    private const string UnknownKey = "a key that is not known";

    private const int UnheardLimit = 100;
    private const int UsersToldOf = 20;

    private readonly Lock _lock = new();
    private readonly Log _log;
    private readonly HashSet<Setting> _warned = [];
    private readonly List<string> _unheard = [];
    private SettingValues _current = new();

    /// <param name="log">Hears of unknown keys and of those whose feature comes later.</param>
    public EngineSettings(Log log) => _log = log;

    /// <summary>Raised when new values count, before a line of the log is written about them.</summary>
    public Action? Published { get; init; }

    /// <summary>The values of this moment.</summary>
    public SettingValues Current => Volatile.Read(ref _current);

    /// <summary>
    /// Takes all settings of a file, or none: <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>,
    /// <see cref="Fault.Config"/>.
    /// </summary>
    /// <param name="file">Null: <c>mailmodule.cfg</c> in the working directory, or <c>ftp.cfg</c> if only that is
    /// there.</param>
    /// <param name="error">File, line and reason; empty on success.</param>
    public Fault Load(string? file, out string error)
    {
        var text = new ConfigText(static path => TextFile.ReadOctets(path, ConfigText.SizeLimit));
        ConfigError? wrong = text.Read(file ?? FindDefaultFile(), out IReadOnlyList<ConfigItem> items);
        var unknown = new List<ConfigItem>();
        IReadOnlyList<SettingKey> touched = [];
        if (wrong is null)
        {
            lock (_lock)
            {
                var draft = new SettingsDraft(_current);
                wrong = ApplyAll(draft, items, unknown);
                if (wrong is null)
                    Volatile.Write(ref _current, draft.Finish());
                touched = draft.Touched;
            }
        }
        error = wrong?.ToString() ?? "";
        if (wrong is not null)
            return wrong.Fault;
        Published?.Invoke();
        foreach (ConfigItem item in unknown)
            Warn($"{item.File}:{item.Line}: {DescribeUnknown(item.Key, item.Value is null, ", and ignored")}");
        WarnOfNoEffect(touched);
        WarnOfUsers([.. items.Where(item => item.Key == Keys.User.Key).Select(item => item.Value ?? "")]);
        return Fault.None;
    }

    /// <summary>
    /// Sets one key. <see cref="Fault.NotFound"/> for one that is not known, <see cref="Fault.Config"/> for a value
    /// that is malformed or out of range.
    /// </summary>
    public Fault Set(string key, string value, out string error)
    {
        if (!SettingKeys.TryFind(key, out SettingKey found))
        {
            error = DescribeUnknown(key);
            return Fault.NotFound;
        }
        lock (_lock)
        {
            var draft = new SettingsDraft(_current);
            error = draft.Apply(found, value, Environment.CurrentDirectory);
            if (error.Length > 0)
            {
                error = $"{key}: {error}";
                return draft.Fault;
            }
            Volatile.Write(ref _current, draft.Finish());
        }
        Published?.Invoke();
        if (_log.IsEnabled(LogLevel.Debug))
            _log.Write(LogLevel.Debug, Area, $"{key} is set");
        WarnOfNoEffect([found]);
        if (found.Row == Keys.User)
            WarnOfUsers([value]);
        return Fault.None;
    }

    /// <inheritdoc cref="Set(string, string, out string)"/>
    public Fault Set(string key, long value, out string error)
        => Set(key, value.ToString(CultureInfo.InvariantCulture), out error);

    /// <summary>A number or a flag; <see cref="Fault.Config"/> for what is neither, or too big.</summary>
    public Fault TryGetInt(string key, out int value)
    {
        Fault fault = TryGetNumber(key, out long number);
        bool fits = number is >= int.MinValue and <= int.MaxValue;
        value = fits ? (int)number : 0;
        return fault == Fault.None && !fits ? FaultReason.Because(Fault.Config, $"{key}: too large") : fault;
    }

    /// <summary>A number or a flag; <see cref="Fault.Config"/> for what is neither.</summary>
    public Fault TryGetNumber(string key, out long value)
    {
        value = 0;
        if (!SettingKeys.TryFind(key, out SettingKey found))
            return Unknown(key);
        SettingValues current = Current;
        bool isCounted = found.Row.Kind is SettingKind.Flag or SettingKind.Number || found.Row.FirstWord > 0;
        if (found.IsNo)
            value = IsNone(current, found.Row) ? 1 : 0;
        else if (isCounted)
            value = current.Number(found.Row);
        else if (!long.TryParse(current.Text(found.Row), NumberStyles.None, CultureInfo.InvariantCulture, out value))
            return FaultReason.Because(Fault.Config, $"{key}: its value is no number");
        return Fault.None;
    }

    /// <summary>Any value as text, as it was set or by default; null for none.</summary>
    public Fault TryGetText(string key, out string? value)
    {
        value = null;
        if (!SettingKeys.TryFind(key, out SettingKey found))
            return Unknown(key);
        SettingValues current = Current;
        value = found.IsNo ? (IsNone(current, found.Row) ? "1" : "0") : current.Text(found.Row);
        return Fault.None;
    }

    /// <summary>The engine starts: tells the log what it must know, and what nobody has heard yet.</summary>
    public void WarnAtStart()
    {
        string[] unheard;
        lock (_unheard)
        {
            unheard = [.. _unheard];
            _unheard.Clear();
        }
        foreach (string text in unheard.Concat(SettingsCheck.AtStart(Current)))
            _log.Write(LogLevel.Warning, Area, text);
    }

    private static bool IsNone(SettingValues values, Setting row)
        => row.Kind is SettingKind.Flag or SettingKind.Number
            ? values.Number(row) == 0
            : string.IsNullOrEmpty(values.Text(row));

    // A file that says "strict" anywhere means all of itself.
    private static ConfigError? ApplyAll(SettingsDraft draft, IReadOnlyList<ConfigItem> items, List<ConfigItem> unknown)
    {
        foreach (ConfigItem item in items)
        {
            if (!SettingKeys.TryFind(item.Key, out SettingKey key))
            {
                unknown.Add(item);
                continue;
            }
            string error = draft.Apply(key, item.Value, Path.GetDirectoryName(item.File)!);
            if (error.Length > 0)
                return new ConfigError(draft.Fault, item.File, item.Line, $"{item.Key}: {error}");
        }
        if (!draft.IsStrict || unknown.Count == 0)
            return null;
        ConfigItem first = unknown[0];
        return new ConfigError(
            Fault.Config, first.File, first.Line, DescribeUnknown(first.Key, first.Value is null));
    }

    private static Fault Unknown(string key)
        => FaultReason.Because(Fault.NotFound, DescribeUnknown(key));

    // A word that has a value and is all but a known key is shown: it is that key, misspelt.
    internal static string DescribeUnknown(string key, bool isBare = false, string ignored = "")
    {
        if (SettingKeys.FindNear(key, isBare) is not { } near)
            return UnknownKey + ignored;
        string shown = isBare ? "" : $"{key}: ";
        return $"{shown}{UnknownKey}{ignored}; the nearest known one is {near}";
    }

    private void WarnOfNoEffect(IReadOnlyList<SettingKey> keys)
    {
        foreach (SettingKey key in keys)
        {
            Setting row = key.Row;
            string why = key.IsNo ? row.NoKeysLater : row.Later;
            bool isNew;
            lock (_lock)
                isNew = why.Length > 0 && _warned.Add(row);
            if (isNew)
                Warn($"{(key.IsNo ? row.NoKeys[0] : row.Key)} is kept, but has no effect: {why}");
        }
    }

    private void WarnOfUsers(string[] texts)
    {
        var last = new Dictionary<string, Account>(texts.Length, StringComparer.Ordinal);
        string folder = Environment.CurrentDirectory;
        foreach (string text in texts)
            if (Account.TryParse(text, folder, out Account user, out _))
                last[user.Name] = user;
        string[] problems = [.. last.Values.Select(SettingsCheck.LoginProblem).OfType<string>()];
        foreach (string problem in problems.Take(UsersToldOf))
            Warn(problem);
        if (problems.Length > UsersToldOf)
            Warn($"nobody can log in as {problems.Length - UsersToldOf} users more");
    }

    // Settings are often given before there is a log: what nobody heard is told at the start.
    private void Warn(string text)
    {
        if (_log.IsEnabled(LogLevel.Warning))
        {
            _log.Write(LogLevel.Warning, Area, text);
            return;
        }
        lock (_unheard)
            if (_unheard.Count < UnheardLimit)
                _unheard.Add(text);
    }

    private static string FindDefaultFile()
        => !File.Exists(DefaultFile) && File.Exists(OldDefaultFile) ? OldDefaultFile : DefaultFile;
}
