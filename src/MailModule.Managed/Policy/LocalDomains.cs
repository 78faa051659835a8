using System.Net;
using System.Net.Sockets;

namespace MailModule.Policy;

/// <summary>
/// Which domains are ours: <c>smtp_name</c>, every <c>local_domain</c>, and our own addresses as literals. Immutable.
/// </summary>
internal sealed class LocalDomains
{
    private const string V6Tag = "IPv6:";

    private readonly HashSet<string> _names;
    private readonly Func<IPAddress, bool> _isOurs;

    /// <param name="names">Compared without regard to case.</param>
    /// <param name="isOurs">True for an address that we listen on.</param>
    public LocalDomains(IEnumerable<string> names, Func<IPAddress, bool> isOurs)
    {
        _names = new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
        _isOurs = isOurs;
    }

    /// <summary>A domain or an address literal with its brackets.</summary>
    public bool Contains(string domain)
        => _names.Contains(domain) || (TryReadLiteral(domain, out IPAddress? address) && _isOurs(address!));

    // RFC 5321 §4.1.3: [192.0.2.1] or [IPv6:2001:db8::1].
    private static bool TryReadLiteral(string domain, out IPAddress? address)
    {
        address = null;
        if (domain.Length < 3 || domain[0] != '[' || domain[^1] != ']')
            return false;
        string inner = domain[1..^1];
        if (inner.StartsWith(V6Tag, StringComparison.OrdinalIgnoreCase))
            return IPAddress.TryParse(inner[V6Tag.Length..], out address)
                && address.AddressFamily == AddressFamily.InterNetworkV6;
        return inner.Count(c => c == '.') == 3 && IPAddress.TryParse(inner, out address)
            && address.AddressFamily == AddressFamily.InterNetwork;
    }
}
