using System.Net;
using MailModule.Dns;
using MailModule.Transport.Proxies;

namespace MailModule.Delivery.Remote;

/// <summary>A proxy with the addresses of its name, each in turn. The default is no proxy.</summary>
internal struct ProxyAddresses
{
    private ProxyAddress? _proxy;
    private IReadOnlyList<IPAddress> _addresses;
    private int _next;

    /// <summary>Blocks if the proxy is given by name; false if that name has no address.</summary>
    public static bool TryResolve(
        ProxyAddress? proxy, DeliveryAttemptDependencies dependencies, CancellationToken cancel,
        out ProxyAddresses addresses, out string text)
    {
        addresses = new ProxyAddresses { _proxy = proxy, _addresses = proxy?.Address is { } known ? [known] : [] };
        text = "";
        if (proxy is null || proxy.Address is not null)
            return true;
        AddressAnswer found = dependencies.AddressesOf(proxy.Host, cancel);
        addresses._addresses = found.Addresses;
        text = $"the proxy: {found.Text}";
        return found.Status == DnsStatus.Ok;
    }

    public ProxyAddress? Next() => _proxy?.At(_addresses[_next++ % _addresses.Count]);
}
