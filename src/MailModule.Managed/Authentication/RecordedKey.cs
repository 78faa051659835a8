namespace MailModule.Authentication;

/// <summary>
/// A key record with the key in it. Those that were read lately are kept, for the whole process. Cannot be changed; any
/// thread.
/// </summary>
/// <param name="Record">Null: the text is none.</param>
/// <param name="Key">Null: there is none in it, or none that can be used.</param>
/// <param name="Fault">Why one of these is null, for a human.</param>
internal sealed record RecordedKey(PublicKeyRecord? Record, VerifyingKey? Key, string Fault)
{
    private const int Limit = 1024;

    private static readonly RecentTexts<RecordedKey> s_recent = new(Limit);

    /// <param name="text">A TXT record, its octets as Latin-1.</param>
    public static RecordedKey Read(string text)
    {
        if (s_recent.Find(text) is { } known)
            return known;
        if (!PublicKeyRecord.TryParse(text, out PublicKeyRecord record, out string fault))
            return new RecordedKey(null, null, fault);
        VerifyingKey? key = record.IsRevoked ? null : VerifyingKey.Of(record, out fault);
        var read = new RecordedKey(record, key, fault);
        if (key is not null)
            s_recent.Keep(text, read); // what is forgotten for it closes its handles when nobody has it any more
        return read;
    }
}
