namespace MailModule.Engine.Settings;

/// <summary>What a key means: a row, or "no such value" of a row (<c>nosmtp_bind</c>, <c>noasync</c>).</summary>
internal readonly record struct SettingKey(Setting Row, bool IsNo);

/// <summary>Finds the rows of the table by key. Keys count to the letter.</summary>
internal static class SettingKeys
{
    private static readonly Dictionary<string, SettingKey> s_keys = MakeKeys();

    public static bool TryFind(string key, out SettingKey found) => s_keys.TryGetValue(key, out found);

    // Real keys first: nocheckback is a flag of its own, not the opposite of another.
    private static Dictionary<string, SettingKey> MakeKeys()
    {
        var keys = new Dictionary<string, SettingKey>(StringComparer.Ordinal);
        foreach (Setting row in Keys.All)
            keys.Add(row.Key, new SettingKey(row, IsNo: false));
        foreach (Setting row in Keys.All)
        {
            foreach (string key in row.NoKeys)
                keys.Add(key, new SettingKey(row, IsNo: true));
            if (row.Kind == SettingKind.Flag)
                keys.TryAdd("no" + row.Key, new SettingKey(row, IsNo: true));
        }
        return keys;
    }
}
