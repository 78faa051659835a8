using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailModule.Delivery.Routing;

/// <summary>
/// The names by which next hops are told apart: a domain in lower case, an address literal in its brackets, or a host
/// with its port (a smarthost or a named server). None of the three looks like another: no domain has a colon. A domain
/// or a literal may bear a mark: mail that may not go to inner addresses has next hops of its own. Pure.
/// </summary>
internal static class NextHop
{
    private const string V6Tag = "IPv6:";

    // No domain and no literal has a blank.
    private const string OuterMark = " outer";

    public static string OfDomain(string domain) => domain.ToLowerInvariant();

    /// <summary>The same for mail that goes to outer addresses alone.</summary>
    public static string ForOuter(string domain) => domain + OuterMark;

    /// <summary>Whether the next hop came from <see cref="ForOuter"/>, and of what; else it is itself.</summary>
    public static bool IsForOuter(string nextHop, out string domain)
    {
        bool isForOuter = nextHop.EndsWith(OuterMark, StringComparison.Ordinal);
        domain = isForOuter ? nextHop[..^OuterMark.Length] : nextHop;
        return isForOuter;
    }

    /// <param name="host">A name, or an address without brackets.</param>
    public static string OfHost(string host, int port)
    {
        string name = host.ToLowerInvariant();
        string bracketed = name.Contains(':', StringComparison.Ordinal) ? $"[{name}]" : name;
        return string.Create(CultureInfo.InvariantCulture, $"{bracketed}:{port}");
    }

    /// <summary>Whether the next hop came from <see cref="OfHost"/>, and of what.</summary>
    public static bool TryReadHost(string nextHop, out string host, out int port)
    {
        int colon = nextHop.LastIndexOf(':');
        bool isHost = colon > 0 && nextHop[^1] != ']';
        host = isHost ? nextHop[..colon].Trim('[', ']') : "";
        port = isHost ? int.Parse(nextHop.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        return isHost;
    }

    /// <summary>
    /// RFC 5321 §4.1.3: <c>[192.0.2.1]</c> or <c>[IPv6:2001:db8::1]</c>. A literal of another kind gives no address.
    /// </summary>
    /// <returns>True for everything in brackets.</returns>
    public static bool TryReadLiteral(string nextHop, out IPAddress? address)
    {
        address = null;
        if (nextHop.Length < 3 || nextHop[0] != '[' || nextHop[^1] != ']')
            return false;
        string inner = nextHop[1..^1];
        bool isV6 = inner.StartsWith(V6Tag, StringComparison.OrdinalIgnoreCase);
        if (!IPAddress.TryParse(isV6 ? inner[V6Tag.Length..] : inner, out IPAddress? found))
            return true;
        bool isRight = found.AddressFamily == (isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
        address = !isRight ? null : found.IsIPv4MappedToIPv6 ? found.MapToIPv4() : found;
        return true;
    }
}
