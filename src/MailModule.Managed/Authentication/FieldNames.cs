namespace MailModule.Authentication;

/// <summary>
/// Names of header fields with colons between, as h= has them (RFC 6376 §3.5). A signer names the same ones in most
/// messages: lists that were read lately are kept, for the whole process. Cannot be changed; any thread.
/// </summary>
internal sealed class FieldNames
{
    /// <summary>Characters of a list that is kept, and lists: some 3 MiB at most.</summary>
    private const int KeptLength = 512, KeptCount = 256;

    private static readonly RecentTexts<FieldNames> s_recent = new(KeptCount);

    /// <summary>Those that most signatures name: a text for each is made once.</summary>
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_usual = new HashSet<string>(
        [
            "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
            "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-language",
            "content-id", "content-description", "list-id", "list-help", "list-unsubscribe", "list-unsubscribe-post",
            "list-subscribe", "list-post", "list-owner", "list-archive", "feedback-id", "precedence", "user-agent",
            "x-mailer", "x-priority", "auto-submitted", "autocrypt", "openpgp", "bcc", "resent-date", "resent-from",
            "resent-sender", "resent-to", "resent-cc", "resent-message-id", "dkim-signature",
        ],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly string[] _names;

    private FieldNames(ReadOnlySpan<char> list)
    {
        _names = Read(list);
        AreVisible = Array.TrueForAll(_names, name => !name.AsSpan().ContainsAnyExceptInRange('!', '~'));
    }

    /// <summary>In small letters, in order, without blanks around them; one may be empty.</summary>
    public IReadOnlyList<string> All => _names;

    /// <summary>All characters are those that a name may have (RFC 5322 §2.2).</summary>
    public bool AreVisible { get; }

    /// <param name="list">Octets as Latin-1.</param>
    public static FieldNames Of(ReadOnlySpan<char> list)
    {
        if (list.Length > KeptLength)
            return new FieldNames(list);
        if (s_recent.Find(list) is not { } names)
            s_recent.Keep(list.ToString(), names = new FieldNames(list));
        return names;
    }

    /// <param name="name">In small letters.</param>
    public bool Has(string name) => Array.IndexOf(_names, name) >= 0;

    private static string[] Read(ReadOnlySpan<char> list)
    {
        string[] names = new string[list.Count(':') + 1];
        for (int i = 0; i < names.Length; i++)
        {
            int end = list.IndexOf(':');
            names[i] = NameOf((end < 0 ? list : list[..end]).Trim(" \t\r\n"));
            list = list[(end < 0 ? list.Length : end + 1)..];
        }
        return names;
    }

    private static string NameOf(ReadOnlySpan<char> name)
        => s_usual.TryGetValue(name, out string? usual) ? usual : name.ToString().ToLowerInvariant();
}
