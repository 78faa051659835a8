namespace MailModule.Authentication;

/// <summary>Names of header fields with colons between, as h= has them (RFC 6376 §3.5). Pure.</summary>
internal static class FieldNames
{
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

    /// <summary>In small letters, in order, without blanks around them; one may be empty.</summary>
    public static string[] Read(ReadOnlySpan<char> list)
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
