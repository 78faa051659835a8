using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>What settings say of what mailboxes may hold.</summary>
internal static class QuotaSettings
{
    public static QuotaRules RulesOf(SettingValues values, Accounts accounts)
    {
        var byUser = new Dictionary<string, MailboxQuota>(StringComparer.Ordinal);
        foreach (string text in values.List(Keys.Routes.Quota))
            if (TryParse(text, out (string User, MailboxQuota Quota) found)
                && accounts.Find(found.User) is { } account)
                byUser[account.Name] = found.Quota;
        MailboxQuota.TryParse(values.Text(Keys.Routes.QuotaDefault) ?? "", out MailboxQuota usual);
        return new QuotaRules(byUser, usual, values.Int(Keys.Routes.QuotaWarn));
    }

    /// <summary>Reads what stands after <c>quota=</c>.</summary>
    public static bool TryParse(string text, out (string User, MailboxQuota Quota) found)
    {
        string[] parts = text.Split(';', 2, StringSplitOptions.TrimEntries);
        MailboxQuota quota = default;
        bool isRight = parts.Length == 2 && Account.IsName(parts[0]) && MailboxQuota.TryParse(parts[1], out quota);
        found = isRight ? (parts[0], quota) : default;
        return isRight;
    }
}
