using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>What settings say of domains, as the rules that sessions and routes go by.</summary>
internal static class DomainSettings
{
    public static DomainRules RulesOf(SettingValues values) => new()
    {
        Relayed = new DomainTable<string>(values.List(Keys.Routes.RelayDomain).Select(text => (text, text))),
        CatchAll = new DomainTable<string>(CatchAllsOf(values)),
        Delimiters = values.Text(Keys.Routes.RecipientDelimiter) ?? "",
    };

    public static IEnumerable<DomainRoute> RoutesOf(SettingValues values)
    {
        foreach (string text in values.List(Keys.Routes.Route))
            if (DomainRoute.TryParse(text, out DomainRoute route, out _))
                yield return route;
    }

    /// <summary>Reads what stands after <c>catch_all=</c>.</summary>
    public static bool TryParseCatchAll(string text, out (string Pattern, string User) found)
    {
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries);
        found = parts.Length == 2 ? (parts[0], parts[1]) : default;
        return parts.Length == 2 && DomainPattern.IsRight(parts[0]) && Account.IsName(parts[1]);
    }

    private static IEnumerable<(string, string)> CatchAllsOf(SettingValues values)
    {
        foreach (string text in values.List(Keys.Routes.CatchAll))
            if (TryParseCatchAll(text, out (string Pattern, string User) found))
                yield return found;
    }
}
