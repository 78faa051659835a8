namespace MailModule.Engine.Settings;

/// <summary>What mailboxes elsewhere do that is risky or without effect. No text shows a password.</summary>
internal static class FetchRisks
{
    public static void Find(SettingValues values, ConfigFindings findings)
    {
        foreach (string text in values.List(Keys.Fetching.Fetch))
            if (FetchSetting.TryParse(text, out FetchSetting setting, out _))
                Look(setting, values, findings);
    }

    private static void Look(FetchSetting setting, SettingValues values, ConfigFindings findings)
    {
        string name = $"{setting.User} at {setting.Server.Host}";
        if (!setting.LocalUser.Contains('@') && values.Accounts.Find(setting.LocalUser) is not { MayReadMail: true })
            findings.Warn(
                Keys.Fetching.Fetch, $"{setting.LocalUser} is no user with a mailbox: nothing of {name} is fetched");
        if (setting.AllowsClearPassword)
            findings.Warn(Keys.Fetching.Fetch, $"the password of {name} may go in clear text");
        else if (!setting.ChecksCertificate)
            findings.Warn(
                Keys.Fetching.Fetch, $"whoever answers gets the password of {name}: its certificate is not checked");
    }
}
