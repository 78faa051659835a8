using System.Net;
using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>Whose logins of POP3 are passed on, and where to. Immutable; any thread.</summary>
/// <param name="Hosts">Where to.</param>
/// <param name="ChecksCertificate">A password goes under TLS to the right host alone.</param>
internal sealed record Pop3ProxyRules(bool IsOn, AddressRanges Clients, ProxyHosts Hosts, bool ChecksCertificate)
{
    public static Pop3ProxyRules Of(SettingValues values)
    {
        AddressRanges.TryParse($"{values.Text(Keys.Pop.ProxyRange)}", out AddressRanges clients);
        ProxyHosts.TryParse($"{values.Text(Keys.Pop.ProxyHosts)}", out ProxyHosts hosts);
        return new Pop3ProxyRules(
            values.Flag(Keys.Pop.Proxy), clients, hosts, values.Flag(Keys.Pop.ProxyCheck));
    }

    /// <param name="client">Null: it is not known.</param>
    public bool Serves(IPAddress? client)
        => IsOn && (Clients.IsEmpty || client is not null && Clients.Contains(client));

    /// <summary>What has no effect, or is for more than somebody may have meant.</summary>
    public static void FindRisks(SettingValues values, ConfigFindings findings)
    {
        Setting[] rows = [Keys.Pop.ProxyHosts, Keys.Pop.ProxyRange, Keys.Pop.ProxyCheck];
        foreach (Setting row in rows.Where(row => values.IsSet(row) && !values.Flag(Keys.Pop.Proxy)))
            findings.Warn(row, "it has no effect without pop3_proxy");
        if (!values.Flag(Keys.Pop.Proxy))
            return;
        if (values.Text(Keys.Pop.ProxyHosts) is not { Length: > 0 } hosts)
            findings.Warn(Keys.Pop.Proxy, "it has no effect without pop3_proxy_hosts: no host is allowed");
        else if (SettingForms.Items(hosts).Any(item => item.Split(':')[0] == "*"))
            findings.Warn(
                Keys.Pop.ProxyHosts, "who has a mailbox here may have this host connect to any server of the Internet "
                    + "at that port: name the servers");
        if (!values.Flag(Keys.Pop.ProxyCheck))
            findings.Warn(Keys.Pop.ProxyCheck, "passwords go to whoever answers in the other server's place");
    }
}
