namespace MailModule.Authentication;

/// <summary>
/// A key record with the key in it. Those that were read lately are kept, for the whole process, so that they need not
/// be read for each message; when that is full, those that were not asked for since it was half full are forgotten.
/// Cannot be changed; any thread.
/// </summary>
/// <param name="Record">Null: the text is none.</param>
/// <param name="Key">Null: there is none in it, or none that can be used.</param>
/// <param name="Fault">Why one of these is null, for a human.</param>
internal sealed record RecordedKey(PublicKeyRecord? Record, VerifyingKey? Key, string Fault)
{
    private const int HalfLimit = 512;

    private static readonly Lock s_lock = new();
    private static Dictionary<string, RecordedKey> s_recent = [];
    private static Dictionary<string, RecordedKey> s_before = [];

    /// <param name="text">A TXT record, its octets as Latin-1.</param>
    public static RecordedKey Read(string text)
    {
        if (Find(text) is { } known)
            return known;
        if (!PublicKeyRecord.TryParse(text, out PublicKeyRecord record, out string fault))
            return new RecordedKey(null, null, fault);
        VerifyingKey? key = record.IsRevoked ? null : VerifyingKey.Of(record, out fault);
        var read = new RecordedKey(record, key, fault);
        if (key is not null)
            lock (s_lock)
                Keep(text, read);
        return read;
    }

    private static RecordedKey? Find(string text)
    {
        lock (s_lock)
        {
            if (!s_recent.TryGetValue(text, out RecordedKey? key) && s_before.Remove(text, out key))
                Keep(text, key);
            return key;
        }
    }

    // What falls out may be in use: its handles are closed when nobody has it any more.
    private static void Keep(string text, RecordedKey key)
    {
        if (s_recent.Count >= HalfLimit)
        {
            s_before = s_recent;
            s_recent = [];
        }
        s_recent[text] = key;
    }
}
