using System.Text;
using MailModule.Policy;
using MailModule.Policy.DnsLists;
using MailModule.Policy.Expressions;

namespace MailModule.Engine.Settings;

/// <summary>The forms of the settings of <see cref="CheckKeys"/>, as in <see cref="SettingForms"/>.</summary>
internal static class CheckForms
{
    public static string? SenderList(string text, string folder)
        => SenderBlacklist.TryParse(text, out _, out string error) ? null : error;

    public static string? Zones(string text, string folder)
        => DnsListZone.TryParseAll(text, out _, out string error) ? null : error;

    public static string? ReplyText(string text, string folder)
        => text.Length > 0 && Ascii.IsValid(text) && !text.Any(char.IsControl) ? null : "not a text in ASCII";

    public static string? Domains(string text, string folder)
        => DomainsIn(text).All(SettingForms.IsDomain) ? null : "not a list of domains, blanks or commas between";

    /// <summary>In lower case.</summary>
    public static IReadOnlySet<string> DomainsIn(string text)
        => text.ToLowerInvariant().Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries).ToHashSet();

    public static string? Filter(string text, string folder)
        => text.Length == 0 || Expression.TryParse(text, CheckRules.FilterVariables, out _, out string error)
            ? null
            : $"not an expression: {error}";
}
