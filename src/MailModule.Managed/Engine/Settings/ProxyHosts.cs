using System.Net;
using System.Text;
using MailModule.Dns;
using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>How a server is in <c>pop3_proxy_hosts</c>.</summary>
internal enum ProxyPermission
{
    None,
    /// <summary>By a pattern: whoever runs the domain says where it is, so no inner address will do.</summary>
    ByPattern,
    /// <summary>By its own name or address: it may be anywhere.</summary>
    ByName,
}

/// <summary>
/// The POP3 servers that logins may be passed on to: <c>host</c>, <c>host:port</c>, or a pattern of domains in place of
/// the host. Without a port the two of POP3 are meant. Immutable; any thread.
/// </summary>
internal sealed class ProxyHosts
{
    public const int PlainPort = 110, TlsPort = 995;

    private readonly List<Entry> _entries = [];

    private sealed record Entry(string Pattern, int Port, DomainTable<string>? Domains)
    {
        public bool IsFor(int port) => Port == 0 ? port is PlainPort or TlsPort : Port == port;
    }

    public static ProxyHosts None { get; } = new();

    /// <summary>Commas between.</summary>
    public static bool TryParse(string text, out ProxyHosts hosts)
    {
        hosts = new ProxyHosts();
        foreach (string item in SettingForms.Items(text))
            if (!hosts.TryAdd(item))
                return false;
        return true;
    }

    /// <param name="host">In its ASCII form, or an address without brackets.</param>
    public ProxyPermission Find(string host, int port)
    {
        ProxyPermission found = ProxyPermission.None;
        foreach (Entry entry in _entries)
        {
            if (!entry.IsFor(port))
                continue;
            if (entry.Domains is null && entry.Pattern.Equals(host, StringComparison.OrdinalIgnoreCase))
                return ProxyPermission.ByName;
            if (entry.Domains?.Find(host.Contains(':') ? $"[{host}]" : host) is not null)
                found = ProxyPermission.ByPattern;
        }
        return found;
    }

    private bool TryAdd(string item)
    {
        int colon = item.LastIndexOf(':');
        bool isPattern = item[0] is '*' or '.';
        if (!isPattern)
        {
            if (!HostAddress.TryParse(item, out HostAddress host) || FormOf(host.Host).Length == 0)
                return false;
            _entries.Add(new Entry(FormOf(host.Host), host.Port, null));
            return true;
        }
        // A name in the place of the pattern has the form of the port looked at.
        string pattern = colon < 0 ? item : item[..colon];
        HostAddress port = default;
        if (!DomainPattern.IsRight(pattern) || colon >= 0 && !HostAddress.TryParse("a" + item[colon..], out port))
            return false;
        _entries.Add(new Entry(pattern, port.Port, new DomainTable<string>([(FormOf(pattern), pattern)])));
        return true;
    }

    /// <summary>Names are compared as resolvers ask for them.</summary>
    public static string FormOf(string host)
    {
        int dots = host.Length - host.TrimStart('*', '.').Length;
        string name = host[dots..].TrimEnd('.');
        if (dots == 0 && IPAddress.TryParse(name, out IPAddress? address))
            return address.ToString();
        return !Ascii.IsValid(name) && DnsName.TryNormalize(name, out string ascii)
            ? host[..dots] + ascii
            : host[..dots] + name;
    }
}
