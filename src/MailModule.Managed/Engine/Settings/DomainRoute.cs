using MailModule.Delivery.Routing;
using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>
/// Where mail for a domain goes in place of its mail exchangers: <c>route=domain;host[:port][;options]</c>. Immutable.
/// </summary>
/// <param name="Pattern">As <see cref="DomainPattern"/> has it.</param>
/// <param name="Tls">A word of <c>smtpproxy_tls</c>; null: as for every other host.</param>
/// <param name="IsVerified">The host's certificate must be right.</param>
internal sealed record DomainRoute(string Pattern, string NextHop, string? Tls, bool IsVerified)
{
    private const int SmtpPort = 25;
    private const int SubmissionsPort = 465; // RFC 8314 §7.3

    public static bool TryParse(string text, out DomainRoute route, out string error)
    {
        route = null!;
        error = "";
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries);
        string? tls = null;
        bool isVerified = false;
        if (parts.Length is < 2 or > 3)
            error = "a route is domain;host[:port][;options]";
        else if (!DomainPattern.IsRight(parts[0]))
            error = "the route's domain is none: example.org, .example.org, *.example.org or *";
        else if (!HostAddress.TryParse(parts[1], out HostAddress host))
            error = "the route's host is not host or host:port";
        else if (parts.Length == 3 && !TryParseOptions(parts[2], out tls, out isVerified))
            error = "the route's options are none, opportunistic, required or implicit, and verify, commas between";
        else
            route = new DomainRoute(parts[0], HopOf(host, tls), tls, isVerified);
        return error.Length == 0;
    }

    private static string HopOf(HostAddress host, string? tls)
        => Delivery.Routing.NextHop.OfHost(
            host.Host, host.Port > 0 ? host.Port : tls == "implicit" ? SubmissionsPort : SmtpPort);

    private static bool TryParseOptions(string text, out string? tls, out bool isVerified)
    {
        (tls, isVerified) = (null, false);
        foreach (string word in SettingForms.Items(text))
        {
            if (word == "verify")
                isVerified = true;
            else if (tls is null && Array.IndexOf(Keys.SmtpProxyTls.Words, word) >= 0)
                tls = word;
            else
                return false;
        }
        return true;
    }
}
