using System.Collections.Frozen;
using MailModule.Policy;
using MailModule.Policy.DnsLists;
using MailModule.Policy.Expressions;
using MailModule.Policy.SenderLists;

namespace MailModule.Engine.Settings;

/// <summary>When a client that a DNSBL lists is refused; the numbers are the words' of <c>dnsbl_stage</c>.</summary>
internal enum DnsBlStage
{
    Connect = 0,
    Rcpt = 1,
    Data = 2,
    None = 3,
}

/// <summary>Zones that list clients.</summary>
/// <param name="Bad">Of <c>dnsbl</c>.</param>
/// <param name="Good">Of <c>dnswl</c>.</param>
internal sealed record ZoneRules(
    IReadOnlyList<DnsListZone> Bad, IReadOnlyList<DnsListZone> Good, DnsListOptions Options, DnsBlStage Stage)
{
    public bool IsAny => Bad.Count > 0 || Good.Count > 0;

    /// <summary>Who is listed is refused then.</summary>
    public bool RefuseAt(DnsBlStage stage) => Stage == stage && Bad.Count > 0;
}

/// <summary>Lists of senders, by their paths; null for none.</summary>
/// <param name="ArePersonal">Files in homes count too.</param>
internal sealed record SenderListRules(string? Good, string? Bad, string? Gray, bool ArePersonal)
{
    public bool IsAny => ArePersonal || Good is not null || Bad is not null || Gray is not null;
}

/// <summary>Greylisting.</summary>
/// <param name="IsOn">Everybody meets it, and not only whom a gray list has.</param>
/// <param name="MxNeedNotWait">A client that takes mail for the sender's domain.</param>
internal sealed record GreylistRules(bool IsOn, GreylistTimes Times, bool MxNeedNotWait);

/// <summary>Filters of messages; null for none.</summary>
/// <param name="Break">Over the first 8 KB.</param>
/// <param name="Spam">Over the first 16 KB.</param>
/// <param name="CheckHello">One of them asks whether the name of the HELO checks out.</param>
internal sealed record FilterRules(Expression? Break, Expression? Spam, bool CheckHello)
{
    public bool IsAny => Break is not null || Spam is not null;
}

/// <summary>Which checks mail of strangers meets, by one state of the settings. Immutable; any thread.</summary>
internal sealed record CheckRules(
    ZoneRules Zones, SenderListRules Lists, GreylistRules Greylist, FilterRules Filters, SenderBlacklist Blacklist,
    SenderBlacklist Traps)
{
    /// <summary>What filters of messages may name.</summary>
    public static readonly FrozenSet<string> FilterVariables =
        FrozenSet.Create([.. ListFile.Variables, "msg", "text", "body", "in_text"]);

    public TimeSpan SpamTime { get; private init; }
    public string SpamText { get; private init; } = "";
    public bool ChecksMx { get; private init; }
    public bool TracesExpressions { get; private init; }

    /// <summary>Whether mail is from whom it says.</summary>
    public required AuthenticationRules Authentication { get; init; }

    /// <summary>For mail of everybody, strangers or not; null: none is scanned.</summary>
    public AntivirusRules? Antivirus { get; private init; }

    /// <summary>Lists are asked for each recipient, and not once for the message.</summary>
    public bool ListsAreAtRcpt => Lists.ArePersonal || Greylist.IsOn;

    public bool HasSpammers => !Traps.IsEmpty || Filters.Spam is not null;

    /// <summary>Anything is checked.</summary>
    public bool IsAny
        => Zones.IsAny || Lists.IsAny || Greylist.IsOn || Filters.IsAny || !Blacklist.IsEmpty || HasSpammers
            || ChecksMx || Authentication.IsAny;

    public static CheckRules Of(SettingValues values)
    {
        CheckKeys keys = Keys.Checks;
        return new CheckRules(
            ZonesOf(values, keys),
            new SenderListRules(values.FullPath(keys.GoodList), values.FullPath(keys.BadList),
                values.FullPath(keys.GrayList), values.Flag(keys.PersonalLists)),
            GreylistOf(values, keys.Greylist),
            FiltersOf(values, keys.Spammers),
            AddressesOf(values.Text(keys.Blacklist)), AddressesOf(values.Text(keys.Spammers.Traps)))
        {
            Authentication = AuthenticationRules.Of(values, keys.Authentication),
            SpamTime = Seconds(values, keys.Spammers.SpamTime),
            SpamText = values.Text(keys.SpamText)!,
            ChecksMx = values.Flag(keys.CheckMx),
            TracesExpressions = values.Flag(Keys.DebugExpressions),
            Antivirus = values.FullPath(Keys.AntiVirus) is { } script
                ? new AntivirusRules(script, Seconds(values, Keys.RunTimeout), values.FullPath(Keys.MailRoot)!)
                : null,
        };
    }

    private static TimeSpan Seconds(SettingValues values, Setting row) => TimeSpan.FromSeconds(values.Number(row));

    private static ZoneRules ZonesOf(SettingValues values, CheckKeys keys)
        => new(ZonesOf(values.Text(keys.DnsBl)), ZonesOf(values.Text(keys.DnsWl)),
            new DnsListOptions(Seconds(values, keys.DnsBlTimeout), values.Flag(keys.DnsBlText)),
            (DnsBlStage)values.Number(keys.DnsBlStage));

    private static GreylistRules GreylistOf(SettingValues values, GreylistKeys keys)
        => new(values.Flag(keys.IsOn),
            new GreylistTimes(Seconds(values, keys.Delay), Seconds(values, keys.Life), Seconds(values, keys.Pass),
                values.Int(keys.Auto)),
            values.Flag(keys.MxNeedNotWait));

    private static FilterRules FiltersOf(SettingValues values, SpammerKeys keys)
    {
        string texts = $"{values.Text(keys.AntiSpam)} {values.Text(keys.SpamFilter)}";
        return new FilterRules(FilterOf(values.Text(keys.AntiSpam)), FilterOf(values.Text(keys.SpamFilter)),
            texts.Contains(ListFile.CheckHello, StringComparison.Ordinal));
    }

    private static IReadOnlyList<DnsListZone> ZonesOf(string? text)
        => DnsListZone.TryParseAll(text ?? "", out IReadOnlyList<DnsListZone> zones, out _) ? zones : [];

    private static SenderBlacklist AddressesOf(string? text)
        => SenderBlacklist.TryParse(text ?? "", out SenderBlacklist list, out _) ? list : SenderBlacklist.Empty;

    private static Expression? FilterOf(string? text)
        => text is { Length: > 0 } && Expression.TryParse(text, FilterVariables, out Expression filter, out _)
            ? filter
            : null;
}
