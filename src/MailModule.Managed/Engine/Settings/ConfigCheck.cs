using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Config;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>
/// Reads a configuration file as <see cref="EngineSettings.Load"/> does, but to its end, whatever is wrong in it, and
/// tells all of that, and what is risky beside.
/// </summary>
public static class ConfigCheck
{
    /// <summary><see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>: the file itself cannot be read.</summary>
    public static Fault Run(string file, out IReadOnlyList<ConfigFinding> found)
    {
        found = [];
        var wrong = new List<ConfigError>();
        var text = new ConfigText(static path => TextFile.ReadOctets(path, ConfigText.SizeLimit), wrong.Add);
        ConfigError? unread = text.Read(file, out IReadOnlyList<ConfigItem> items);
        if (unread is { Fault: not Fault.Config })
            return FaultReason.Because(unread.Fault, unread.ToString());
        if (unread is not null)
            wrong.Add(unread);
        var findings = new ConfigFindings(Path.GetFullPath(file));
        foreach (ConfigError error in wrong)
            findings.Add(ConfigSeverity.Error, error.File, error.Line, "", error.Message);
        if (unread is null)
            Look(items, findings);
        found = findings.InOrder;
        return Fault.None;
    }

    private static void Look(IReadOnlyList<ConfigItem> items, ConfigFindings findings)
    {
        SettingValues values = Apply(items, findings);
        ConfigRisks.Find(values, findings);
        TlsRisks.Find(values, findings);
        PortRisks.Find(values, findings);
        CheckRisks.Find(values, findings);
        SigningRisks.Find(values, findings);
        UserRisks.Find(items, values, findings);
    }

    private static SettingValues Apply(IReadOnlyList<ConfigItem> items, ConfigFindings findings)
    {
        var draft = new SettingsDraft(new SettingValues());
        var names = new Dictionary<(Setting Row, string Name), ConfigItem>();
        var unknown = new List<ConfigItem>();
        foreach (ConfigItem item in items)
        {
            if (!SettingKeys.TryFind(item.Key, out SettingKey key))
            {
                unknown.Add(item);
                continue;
            }
            string error = draft.Apply(key, item.Value, Path.GetDirectoryName(item.File)!);
            if (error.Length > 0)
                findings.Add(ConfigSeverity.Error, item, error);
            else
                Taken(key, item, names, findings);
        }
        foreach (ConfigItem item in unknown)
            findings.Add(
                draft.IsStrict ? ConfigSeverity.Error : ConfigSeverity.Warning, item.File, item.Line, "",
                EngineSettings.DescribeUnknown(item.Key, item.Value is null, draft.IsStrict ? "" : ", and ignored"));
        return draft.Finish();
    }

    private static void Taken(
        SettingKey key, ConfigItem item, Dictionary<(Setting Row, string Name), ConfigItem> names,
        ConfigFindings findings)
    {
        Setting row = key.Row;
        string why = key.IsNo ? row.NoKeysLater : row.Later;
        if (why.Length > 0)
            findings.Add(ConfigSeverity.Warning, item, $"it has no effect: {why}");
        findings.Place(row, item);
        string name = row.Kind == SettingKind.List ? SettingReader.NameOf(row, item.Value ?? "") : "";
        if (names.TryGetValue((row, name), out ConfigItem before))
            findings.Add(ConfigSeverity.Warning, item, Repeats(row, before, item));
        names[(row, name)] = item;
    }

    private static string Repeats(Setting row, ConfigItem before, ConfigItem item)
    {
        string place = before.File == item.File ? $"line {before.Line}" : $"{before.File}:{before.Line}";
        if (row.Kind != SettingKind.List)
            return $"it stands twice: what {place} says counts no more";
        return row == Keys.User || row == Keys.List
            ? $"the same name stands at {place}, which counts no more"
            : $"the same value stands at {place}";
    }
}
