using MailModule.Policy;
using MailModule.Primitives.Config;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>What is wrong or risky with users and with passwords in files. No text shows a password.</summary>
internal static class UserRisks
{
    public static void Find(IReadOnlyList<ConfigItem> items, SettingValues values, ConfigFindings findings)
    {
        var users = new Dictionary<string, (Account User, ConfigItem Item)>(StringComparer.Ordinal);
        foreach (ConfigItem item in items)
        {
            if (item.Key == Keys.User.Key && Read(item) is { } user)
                users[user.Name] = (user, item);
            if (HoldsPassword(item) && FolderRights.OthersMayRead(item.File))
                findings.Add(
                    ConfigSeverity.Warning, item, "a password stands in a file that others than its owner can read: "
                        + "make its mode 0600, or store the password as {SCRAM-SHA-256}");
        }
        foreach ((Account user, ConfigItem item) in users.Values)
            Look(user, item, findings);
        if (users.Count > 0 && users.Values.All(one => !one.User.MayReadMail))
            findings.Warn(Keys.User, "no user has a mailbox (flag P): all mail for the local domains is refused");
    }

    private static Account? Read(ConfigItem item)
        => Account.TryParse(item.Value ?? "", Path.GetDirectoryName(item.File)!, out Account user, out _) ? user : null;

    private static bool HoldsPassword(ConfigItem item)
    {
        string value = item.Value ?? "";
        if (item.Key == Keys.User.Key)
            return Read(item)?.Password is PlainPassword { IsEmpty: false };
        if (item.Key == Keys.Proxy.Key)
            return value.Contains('@', StringComparison.Ordinal);
        if (item.Key == Keys.UpUser.Key)
            return value.Contains(':', StringComparison.Ordinal);
        return value.Length > 0 && (item.Key == Keys.SmtpProxyPassword.Key || item.Key == Keys.Fetching.Fetch.Key);
    }

    private static void Look(Account user, ConfigItem item, ConfigFindings findings)
    {
        if (SettingsCheck.LoginProblem(user) is { } problem)
            findings.Add(ConfigSeverity.Warning, item, problem);
        if (user.Home.Length == 0 || !user.MayReadMail)
            return;
        if (FolderRights.Problem(user.Home) is { } wrong)
            findings.Add(ConfigSeverity.Warning, item, $"the home {user.Home} of {user.Name}: {wrong}");
        else if (FolderRights.OthersMayWrite(user.Home))
            findings.Add(
                ConfigSeverity.Warning, item, $"the home {user.Home} of {user.Name}: others than its owner can write "
                    + "to it, and so read and change the mail there");
    }
}
