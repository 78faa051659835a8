namespace MailModule.Authentication.Dkim;

/// <summary>
/// Which fields of a message are signed (RFC 6376 §5.4). Pure.
/// </summary>
internal static class SignedFieldNames
{
    /// <summary>Names in h=; a message that needs more is none that anybody reads.</summary>
    public const int Limit = 200;

    /// <summary>Each as often as it stands and once more: another one that is put in breaks the signature (RFC 6376
    /// §5.4.2, §8.15).</summary>
    private static readonly string[] s_closed =
    [
        "From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding",
    ];

    /// <summary>Each as often as it stands: others may add such fields.</summary>
    private static readonly string[] s_open =
    [
        "Sender", "In-Reply-To", "References", "Content-Disposition", "Content-ID", "Content-Description",
        "Auto-Submitted", "List-Id", "List-Help", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Subscribe",
        "List-Post", "List-Owner", "List-Archive", "Resent-Date", "Resent-From", "Resent-Sender", "Resent-To",
        "Resent-Cc", "Resent-Message-ID", "Feedback-ID",
    ];

    /// <summary>False: there are too many.</summary>
    public static bool TryChoose(HeaderSection header, out IReadOnlyList<string> names)
    {
        var chosen = new List<string>();
        names = chosen;
        return s_closed.All(name => TryAdd(chosen, name, header.CountOf(name) + 1))
            && s_open.All(name => TryAdd(chosen, name, header.CountOf(name)));
    }

    private static bool TryAdd(List<string> names, string name, int times)
    {
        if (names.Count + times > Limit)
            return false;
        names.AddRange(Enumerable.Repeat(name, times));
        return true;
    }
}
