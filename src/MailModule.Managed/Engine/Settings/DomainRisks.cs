using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>What settings about domains and mailboxes do that is risky or without effect.</summary>
internal static class DomainRisks
{
    public static void Find(SettingValues values, ConfigFindings findings)
    {
        LocalDomains ours = values.Relay.Domains;
        foreach (string domain in values.List(Keys.Routes.RelayDomain))
            if (WhoseIs(domain) is { } whose)
                findings.Warn(
                    Keys.Routes.RelayDomain, $"anybody may send mail to {whose} through this host without a login (an "
                        + "open relay): name the domains that are yours");
            else if (ours.Contains(domain))
                findings.Warn(Keys.Routes.RelayDomain, $"{domain} is a domain of ours: its mail stays here");
        foreach (DomainRoute route in DomainSettings.RoutesOf(values))
            if (ours.Contains(route.Pattern))
                findings.Warn(Keys.Routes.Route, $"{route.Pattern} is a domain of ours: its mail stays here");
        foreach (string text in values.List(Keys.Routes.CatchAll))
            if (DomainSettings.TryParseCatchAll(text, out (string Pattern, string User) found))
                OfCatchAll(values, ours, found.Pattern, found.User, findings);
        foreach (string text in values.List(Keys.Routes.Quota))
            if (values.Accounts.Find(text.Split(';')[0].Trim()) is not { MayReadMail: true })
                findings.Warn(Keys.Routes.Quota, "it names no user with a mailbox");
    }

    // A pattern of one label is a whole top-level domain.
    private static string? WhoseIs(string pattern)
    {
        if (pattern == "*")
            return "everybody";
        string domain = pattern.TrimStart('*', '.');
        return domain.Length < pattern.Length && !domain.Contains('.') ? $"everybody in .{domain}" : null;
    }

    private static void OfCatchAll(
        SettingValues values, LocalDomains ours, string pattern, string user, ConfigFindings findings)
    {
        if (values.Accounts.Find(user) is not { MayReadMail: true })
            findings.Warn(Keys.Routes.CatchAll, $"{user} is no user with a mailbox");
        bool isPattern = pattern[0] is '*' or '.';
        if (!isPattern && !ours.Contains(pattern))
            findings.Warn(Keys.Routes.CatchAll, $"{pattern} is no domain of ours: name it as local_domain too");
    }
}
