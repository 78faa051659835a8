using MailModule.Authentication.Checks;

namespace MailModule.Engine.Settings;

/// <summary>What is risky, or without effect, in the checks of strangers.</summary>
internal static class CheckRisks
{
    private static CheckKeys Rows => Keys.Checks;

    public static void Find(SettingValues values, ConfigFindings findings)
    {
        foreach (Setting list in (Setting[])[Rows.GoodList, Rows.BadList, Rows.GrayList])
            if (values.FullPath(list) is { } path && !File.Exists(path))
                findings.Warn(list, $"{path}: there is no such file, so the list is empty");
        if (values.FullPath(Keys.AntiVirus) is { } script && !File.Exists(script))
            findings.Warn(Keys.AntiVirus, $"{script}: there is no such file, so no message is accepted");
        WithoutEffect(values, findings);
        Authentication(values, findings);
        CheckRules rules = values.Checks;
        if (rules.Greylist.Times.Delay >= rules.Greylist.Times.Life)
            findings.Warn(Rows.Greylist.Delay, "it is longer than greylist_life: nobody ever passes");
        if (rules.HasSpammers && rules.SpamTime == TimeSpan.Zero)
            findings.Warn(
                rules.Traps.IsEmpty ? Rows.Spammers.SpamFilter : Rows.Spammers.Traps,
                "without spam_time whoever is put on the list of spammers is refused for ever, and so is who gets that "
                    + "address after him");
        if (rules.Zones.RefuseAt(DnsBlStage.Connect))
            findings.Warn(
                Rows.DnsBlStage, "users who send from an address that is listed, as those of homes often are, are "
                    + "refused before they can log in: offer them submission_port, which has no such checks");
    }

    private static void WithoutEffect(SettingValues values, ConfigFindings findings)
    {
        CheckRules rules = values.Checks;
        Setting[] ofZones = [Rows.DnsBlTimeout, Rows.DnsBlText, Rows.DnsBlStage];
        Setting[] ofWaiting = [Rows.Greylist.Delay, Rows.Greylist.Life, Rows.Greylist.MxNeedNotWait];
        Setting[] ofGreylist = [Rows.Greylist.Pass, Rows.Greylist.Auto];
        bool waits = rules.Greylist.IsOn || rules.Lists.Gray is not null || rules.Lists.ArePersonal;
        Tell(values, findings, ofZones, rules.Zones.IsAny, "dnsbl or dnswl");
        Tell(values, findings, ofWaiting, waits, "greylist or graylist");
        Tell(values, findings, ofGreylist, rules.Greylist.IsOn, "greylist");
        Tell(values, findings, [Rows.Spammers.SpamTime], rules.HasSpammers, "fake or spamfltr");
    }

    private static void Authentication(SettingValues values, ConfigFindings findings)
    {
        AuthenticationKeys rows = Rows.Authentication;
        AuthenticationRules rules = values.Checks.Authentication;
        bool wanted = values.Number(rows.Dmarc) != (long)DmarcUse.Off;
        if (wanted && rules.Dmarc == DmarcUse.Off && (rules.IsAny || values.IsSet(rows.Dmarc)))
            findings.Warn(rows.Dmarc, "it has no effect unless both spf and dkim_verify are on");
        if (rules.Dmarc == DmarcUse.Enforce && rules.TrustedSealers.Count == 0)
            findings.Warn(
                rows.Dmarc, "with enforce, mail by lists that change messages is refused where its author's domain "
                    + "wants that: name the lists that seal in arc_trusted, and see with mark first which there are");
        bool mayTrust = rules.Has(CheckMethods.Arc) && rules.Dmarc != DmarcUse.Off;
        Tell(values, findings, [rows.ArcTrusted], mayTrust, "arc and dmarc");
        Tell(values, findings, [rows.ServerId], rules.IsAny, "spf, dkim_verify or arc");
    }

    private static void Tell(
        SettingValues values, ConfigFindings findings, Setting[] rows, bool isUsed, string without)
    {
        foreach (Setting row in rows)
            if (!isUsed && values.IsSet(row))
                findings.Warn(row, $"it has no effect without {without}");
    }
}
