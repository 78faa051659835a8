namespace MailModule.Engine.Settings;

/// <summary>What a key means: a row, or "no such value" of a row (<c>nosmtp_bind</c>, <c>noasync</c>).</summary>
internal readonly record struct SettingKey(Setting Row, bool IsNo);

/// <summary>Finds the rows of the table by key. Keys count to the letter.</summary>
internal static class SettingKeys
{
    private static readonly Dictionary<string, SettingKey> s_keys = MakeKeys();

    public static bool TryFind(string key, out SettingKey found) => s_keys.TryGetValue(key, out found);

    /// <summary>
    /// The known key that somebody may have meant who wrote one that is not known; null if none is near.
    /// </summary>
    /// <param name="isBare">It stands without a value, as flags do.</param>
    public static string? FindNear(string key, bool isBare)
    {
        int limit = EditDistance.LimitFor(key);
        string? nearest = null;
        foreach ((string known, SettingKey found) in s_keys)
        {
            bool isFlag = found.IsNo || found.Row.Kind == SettingKind.Flag;
            // The opposites of flags are many, and little used.
            bool mayBe = isBare ? isFlag : !found.IsNo;
            int distance = mayBe ? EditDistance.Of(key, known, limit) : int.MaxValue;
            if (distance > limit)
                continue;
            nearest = known;
            limit = distance - 1;
        }
        return nearest;
    }

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
