using System.Globalization;
using System.Net;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Primitives.Os;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Engine.Settings;

/// <summary>
/// The forms that texts of settings have. Each tells what is wrong with a text, or null; none shows the text, which may
/// be secret.
/// </summary>
internal static class SettingForms
{
    public static string? Ranges(string text, string folder)
        => AddressRanges.TryParse(text, out _)
            ? null
            : "not a list of addresses: a.b.c.d, first-last or address/bits, commas between";

    public static string? Addresses(string text, string folder)
        => Items(text).All(item => IPAddress.TryParse(item, out _)) ? null : "not a list of IP addresses";

    public static string? Resolvers(string text, string folder)
        => Items(text).All(item => IPEndPoint.TryParse(item, out _))
            ? null
            : "not a list of resolvers: ip or ip:port, commas between";

    public static string? HostAndPort(string text, string folder)
        => text.Length == 0 || HostAddress.TryParse(text, out _) ? null : "not host or host:port";

    public static string? ProxyHosts(string text, string folder)
        => Settings.ProxyHosts.TryParse(text, out _)
            ? null
            : "not a list of host, host:port, .example.org, *.example.org or *, commas between";

    public static string? Domain(string text, string folder) => IsDomain(text) ? null : "not a domain name";

    public static string? OwnName(string text, string folder)
    {
        string form = Smtp.OwnName.Of(text).Text;
        bool isRight = IsDomain(form) || AddressGrammar.IsLiteral(Encoding.UTF8.GetBytes(form));
        return isRight && Ascii.IsValid(form) ? null : "not a domain name, and no address";
    }

    public static string? Seconds(string text, string folder)
        => Items(text).Any() && Items(text).All(IsSeconds)
            ? null
            : "not a list of seconds, 1 to 31536000, commas between";

    public static string? Proxy(string text, string folder)
        => text.Length == 0 || ProxyAddress.TryParse(text, out _)
            ? null
            : "not a proxy: socks5://[user:password@]host:port, socks4a://... or http://...";

    public static string? Ciphers(string text, string folder)
        => text.Length == 0 ? null
            : !PlatformTls.ChoosesCiphers ? "ciphers are not chosen here: the system has its own list of them"
            : TlsRules.TryParseCiphers(text, out _) ? null
            : "not a list of ciphers by their IANA names (TLS_AES_128_GCM_SHA256), commas between";

    public static string? Mechanisms(string text, string folder)
        => Items(text).All(item => ServerMechanisms.Find(item) != MechanismSet.None)
            ? null
            : $"not a list of SASL mechanisms with commas between: {string.Join(", ", ServerMechanisms.Names)}";

    // RFC 7617 §2: a user-id holds no colon
    public static string? UserAndPassword(string text, string folder)
    {
        string[] parts = text.Split(':', 2);
        bool isRight = text.Length == 0 || parts[0].Length > 0
            && parts.All(part => Encoding.UTF8.GetByteCount(part) <= 255 && !part.Any(char.IsControl));
        return isRight ? null : "not user:password, each of at most 255 octets";
    }

    public static string? Fetch(string text, string folder)
        => FetchSetting.TryParse(text, out _, out string error) ? null : error;

    public static string? Host(string text, string folder)
        => TlsHost.TryParse(text, folder, out _, out string error) ? null : error;

    public static string? User(string text, string folder)
        => Account.TryParse(text, folder, out _, out string error) ? null : error;

    public static string? DomainPattern(string text, string folder)
        => Policy.DomainPattern.IsRight(text) ? null : "not a domain: example.org, .example.org, *.example.org or *";

    public static string? Route(string text, string folder)
        => DomainRoute.TryParse(text, out _, out string error) ? null : error;

    public static string? Delimiters(string text, string folder)
        => text.All("+-_=#.".Contains) ? null : "not of the characters +-_=#.";

    public static string? CatchAll(string text, string folder)
        => DomainSettings.TryParseCatchAll(text, out _) ? null : "not domain;user";

    public static string? Quota(string text, string folder)
        => text.Length == 0 || MailboxQuota.TryParse(text, out _) ? null : "not size[;count], as 500M or 2G;10000";

    public static string? QuotaOfUser(string text, string folder)
        => QuotaSettings.TryParse(text, out _) ? null : "not user;size[;count], as ann;500M or ann;2G;10000";

    public static string? SenderGrant(string text, string folder)
        => Policy.SenderGrant.TryParse(text, out _, out string error) ? null : error;

    public static string? MailingList(string text, string folder)
        => Policy.MailingList.TryParse(text, folder, out _, out string error) ? null : error;

    public static IEnumerable<string> Items(string text)
        => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // RFC 5321 §2.3.5, §4.5.3.1.2; letters outside ASCII for RFC 6531.
    internal static bool IsDomain(string text)
        => text.Length is > 0 and <= 255
            && text.Split('.').All(
                label => label.Length is > 0 and <= 63 && label.All(c => char.IsLetterOrDigit(c) || c is '-' or '_'));

    private static bool IsSeconds(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
            && seconds is >= 1 and <= 31_536_000;
}
