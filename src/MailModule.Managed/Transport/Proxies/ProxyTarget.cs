using System.Net;
using System.Text;

namespace MailModule.Transport.Proxies;

/// <summary>What a proxy is asked for: a name that it resolves, or an address.</summary>
/// <param name="Name">Null: the end point's address; else only the port of it counts.</param>
internal sealed record ProxyTarget(string? Name, IPEndPoint EndPoint)
{
    private const int NameLimit = 255;

    public int Port => EndPoint.Port;

    /// <summary>An IPv4-mapped IPv6 address counts as IPv4.</summary>
    public IPAddress Address => EndPoint.Address.IsIPv4MappedToIPv6 ? EndPoint.Address.MapToIPv4() : EndPoint.Address;

    /// <summary>
    /// A name goes into the proxy's protocol as it is: only what a name may be made of, and no more of it than fits.
    /// </summary>
    public bool IsGood => Name is null
        || (Name.Length is > 0 and <= NameLimit && Ascii.IsValid(Name)
            && Uri.CheckHostName(Name) == UriHostNameType.Dns);
}
