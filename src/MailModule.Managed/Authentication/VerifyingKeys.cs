namespace MailModule.Authentication;

/// <summary>
/// Keys that were read lately, so that they need not be read for each message. Of the whole process; any thread. When
/// it is full, those that were not asked for since it was half full are forgotten.
/// </summary>
internal static class VerifyingKeys
{
    private const int HalfLimit = 512;

    private static readonly Lock s_lock = new();
    private static Dictionary<(string, string), VerifyingKey> s_recent = [];
    private static Dictionary<(string, string), VerifyingKey> s_before = [];

    /// <summary>Null: it is not here.</summary>
    public static VerifyingKey? Find(string type, string text)
    {
        lock (s_lock)
        {
            if (s_recent.TryGetValue((type, text), out VerifyingKey? key) || !s_before.Remove((type, text), out key))
                return key;
            Keep(type, text, key);
            return key;
        }
    }

    public static void Add(string type, string text, VerifyingKey key)
    {
        lock (s_lock)
            Keep(type, text, key);
    }

    // What falls out may be in use: its handles are closed when nobody has it any more.
    private static void Keep(string type, string text, VerifyingKey key)
    {
        if (s_recent.Count >= HalfLimit)
        {
            s_before = s_recent;
            s_recent = [];
        }
        s_recent[(type, text)] = key;
    }
}
