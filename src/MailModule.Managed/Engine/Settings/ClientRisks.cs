namespace MailModule.Engine.Settings;

/// <summary>What settings about clients do that is risky, without effect, or against each other.</summary>
internal static class ClientRisks
{
    public static void Find(SettingValues values, ConfigFindings findings)
    {
        NeedsFlag(values, Keys.Limits.PopTime, Keys.SmtpPopIp, findings);
        NeedsFlag(values, Keys.Limits.Sender, Keys.SmtpAuthSame, findings);
        foreach (Setting row in (Setting[])[Keys.SmtpIpLimit, Keys.SmtpNetLimit, Keys.SmtpLimit, Keys.NoLimitUs])
            NeedsFlag(values, row, Keys.SmtpLTime, findings);
        NeedsFlag(values, Keys.Limits.BanTime, Keys.Limits.BanThreshold, findings);
        if (values.Number(Keys.Limits.BanThreshold) is > 0 and < 10)
            findings.Warn(
                Keys.Limits.BanThreshold, "a few mistyped recipients ban an address, and all who share it");
        if (values.Flag(Keys.SmtpPopIp))
            findings.Warn(
                Keys.SmtpPopIp, "whoever shares an address with one of your users may send to other hosts without a "
                    + "login: have them log in (submission_port)");
        if (!values.Flag(Keys.UncheckIp))
            findings.Warn(
                Keys.UncheckIp, "mail of your own users that others forward back to you, or send on by lists that "
                    + "keep its sender, is refused");
        OfGrants(values, findings);
    }

    private static void NeedsFlag(SettingValues values, Setting row, Setting needed, ConfigFindings findings)
    {
        bool isSet = row.Kind == SettingKind.List ? values.List(row).Count > 0 : values.IsSet(row);
        if (isSet && values.Number(needed) == 0)
            findings.Warn(row, $"it has no effect without {needed.Key}");
    }

    private static void OfGrants(SettingValues values, ConfigFindings findings)
    {
        foreach (string text in values.List(Keys.Limits.Sender))
            if (values.Accounts.Find(text.Split(';')[0].Trim()) is not { MaySend: true })
                findings.Warn(Keys.Limits.Sender, "it names no user with flag S");
    }
}
