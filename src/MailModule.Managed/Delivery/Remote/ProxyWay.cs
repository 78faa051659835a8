using System.Net;
using MailModule.Dns;
using MailModule.Transport.Proxies;

namespace MailModule.Delivery.Remote;

/// <summary>A proxy with the addresses of its name, each in turn. The default is no proxy.</summary>
internal struct ProxyWay
{
    private ProxyAddress? _proxy;
    private IReadOnlyList<IPAddress> _addresses;
    private int _next;

    /// <summary>Blocks if the proxy is given by name; false if that has no address.</summary>
    public static bool TryFind(ProxyAddress? proxy, WalkParts parts, CancellationToken cancel, out ProxyWay way, out string text)
    {
        way = new ProxyWay { _proxy = proxy, _addresses = proxy?.Address is { } known ? [known] : [] };
        text = "";
        if (proxy is null || proxy.Address is not null)
            return true;
        AddressAnswer found = parts.AddressesOf(proxy.Host, cancel);
        way._addresses = found.Addresses;
        text = $"the proxy: {found.Text}";
        return found.Status == DnsStatus.Ok;
    }

    public ProxyAddress? Next() => _proxy?.At(_addresses[_next++ % _addresses.Count]);
}
