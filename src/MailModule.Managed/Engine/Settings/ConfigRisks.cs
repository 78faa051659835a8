using MailModule.Policy;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>What settings do that is risky, without effect, or the opposite of each other.</summary>
internal static class ConfigRisks
{
    private static readonly UInt128 s_manyV4 = 1u << 24;
    private static readonly UInt128 s_manyV6 = UInt128.One << 96;

    public static void Find(SettingValues values, ConfigFindings findings)
    {
        Relay(values, Keys.SmtpRange, true, s_manyV4, findings);
        Relay(values, Keys.Smtp6Range, false, s_manyV6, findings);
        Fronts(values, Keys.Fronts.ProxyRange, findings);
        Fronts(values, Keys.Fronts.XclientRange, findings);
        Limits(values, findings);
        LoginKeys.FindRisks(values, findings);
        Pop3ProxyRules.FindRisks(values, findings);
        Smarthost(values, findings);
        Queue(values, findings);
        ClientRisks.Find(values, findings);
        DomainRisks.Find(values, findings);
        FetchRisks.Find(values, findings);
        Folders(values, findings);
        foreach (string text in SettingsCheck.AtStart(values))
            AtStart(text, findings);
    }

    private static void Relay(SettingValues values, Setting row, bool isV4, UInt128 many, ConfigFindings findings)
    {
        AddressRanges.TryParse($"{values.Text(row)}", out AddressRanges ranges);
        if (ranges.Largest(isV4) is not { } largest || largest.Last - largest.First < many)
            return;
        UInt128 all = isV4 ? uint.MaxValue : UInt128.MaxValue;
        string who = largest.Last - largest.First >= all / 2 ? "everybody" : "a large part of the Internet";
        findings.Warn(
            row, $"{who} may send mail to other hosts through this one without a login (an open relay): "
                + "name the addresses that are yours");
    }

    // Who is believed about the client's address may relay by it, and is met by no list.
    private static void Fronts(SettingValues values, Setting row, ConfigFindings findings)
    {
        AddressRanges.TryParse($"{values.Text(row)}", out AddressRanges ranges);
        bool isWide = ranges.Largest(isV4: true) is { } v4 && v4.Last - v4.First >= s_manyV4
            || ranges.Largest(isV4: false) is { } v6 && v6.Last - v6.First >= s_manyV6;
        if (isWide)
            findings.Warn(
                row, "a large part of the Internet may say by whose address it comes, and relay by that (an open "
                    + "relay): name the proxies alone");
    }

    private static void Limits(SettingValues values, ConfigFindings findings)
    {
        if (values.PlainAuth == PlainAuth.Always)
            findings.Warn(
                Keys.PlainAuth, "passwords may come in clear text from everywhere, and whoever listens has them: "
                    + "leave it at loopback and offer TLS (smtp_tls)");
        if (values.Number(Keys.FromSameHost) == 0)
            findings.Warn(Keys.FromSameHost, "one address may take all connections that there are");
        if (values.Number(Keys.DosProtectSpeed) == 0)
            findings.Warn(Keys.DosProtectSpeed, "slow clients may hold connections for ever");
        if (values.Word(Keys.InnerMx) == "allow")
            findings.Warn(
                Keys.InnerMx, "mail of strangers may be steered to hosts inside your network by their DNS");
    }

    private static void Smarthost(SettingValues values, ConfigFindings findings)
    {
        bool hasHost = values.Text(Keys.SmtpProxy) is { Length: > 0 };
        bool hasUser = values.Text(Keys.SmtpProxyUser) is { Length: > 0 };
        foreach (Setting row in (Setting[])[Keys.SmtpProxyPassword, Keys.SmtpProxyTls, Keys.SmtpProxyCheck])
            if (!hasHost && values.IsSet(row))
                findings.Warn(row, "it has no effect without smtpproxy");
        if (!hasHost)
            return;
        if (hasUser && values.Text(Keys.SmtpProxyPassword) is not { Length: > 0 })
            findings.Warn(Keys.SmtpProxyUser, "there is no smtpproxy_password for it");
        if (hasUser && !values.Flag(Keys.SmtpProxyCheck))
            findings.Warn(
                Keys.SmtpProxyCheck, "the password goes to whoever answers in the smarthost's place");
        if (hasUser && values.Word(Keys.SmtpProxyTls) == "none")
            findings.Warn(
                Keys.SmtpProxyTls, "there is no TLS for the password of smtpproxy_user, so it goes to this machine "
                    + "alone, or with plain_auth=always in clear text");
        if (values.Flag(Keys.SmtpOnlyTls) && values.Word(Keys.SmtpProxyTls) == "none")
            findings.Warn(Keys.SmtpProxyTls, "smtponlytls says the opposite: nothing is sent without TLS");
    }

    private static void Queue(SettingValues values, ConfigFindings findings)
    {
        long life = values.Number(Keys.QueueLifetime);
        long first = values.Parts(Keys.QueueRetry) is { Count: > 0 } parts && long.TryParse(parts[0], out long seconds)
            ? seconds
            : 0;
        if (life <= first)
            findings.Warn(Keys.QueueLifetime, "it is over before the first of queue_retry: nothing is tried again");
        if (values.IsSet(Keys.DelayNotice) && values.Number(Keys.DelayNotice) >= life)
            findings.Warn(Keys.DelayNotice, "it has no effect: queue_lifetime is over before");
        if (values.Flag(Keys.ForwardRun) && !values.Flag(Keys.Forward))
            findings.Warn(Keys.ForwardRun, "it has no effect without forward");
        if (values.Flag(Keys.Logs.Day) && values.FullPath(Keys.LogPath) is null)
            findings.Warn(Keys.Logs.Day, "it has no effect without log");
        foreach (Setting row in (Setting[])[Keys.UpUser, Keys.UpProxyPort])
            if (values.IsSet(row) && values.Text(Keys.UpProxy) is not { Length: > 0 })
                findings.Warn(row, "it has no effect without upproxy");
    }

    private static void Folders(SettingValues values, ConfigFindings findings)
    {
        foreach (Setting row in (Setting[])[Keys.MailRoot, Keys.SmtpOut, Keys.SmtpSent, Keys.SmtpErr])
            if ((row == Keys.MailRoot || values.IsSet(row)) && values.FullPath(row) is { } path
                && FolderRights.Problem(path) is { } problem)
                findings.Warn(row, $"{path}: {problem}");
        string mailRoot = values.FullPath(Keys.MailRoot)!;
        if (FolderRights.OthersMayRead(mailRoot) && Directory.Exists(mailRoot))
            findings.Warn(Keys.MailRoot, $"{mailRoot}: others than its owner can read it; its mode should be 0700");
        if (values.FullPath(Keys.LogPath) is { } log && FolderRights.Problem(FilePath.Above(log)) is { } wrong)
            findings.Warn(Keys.LogPath, $"{FilePath.Above(log)}: {wrong}");
    }

    // Such a line begins with the key it is about.
    private static void AtStart(string text, ConfigFindings findings)
    {
        int end = text.IndexOfAny([' ', ':']);
        if (end > 0 && SettingKeys.TryFind(text[..end], out SettingKey key))
            findings.Warn(key.Row, text);
    }
}
