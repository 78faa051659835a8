using System.Net;
using MailModule.Dns;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Delivery.Remote;

/// <summary>A proxy with the addresses of its name, each in turn. The default is no proxy.</summary>
internal struct ProxyAddresses
{
    private ProxyAddress? _proxy;
    private IReadOnlyList<IPAddress> _addresses;
    private int _next;

    /// <summary>Asks for the addresses of a proxy that is given by name; ends on a worker.</summary>
    /// <returns>Why the name has no address; null: <c>Addresses</c> holds.</returns>
    public static async ValueTask<(ProxyAddresses Addresses, string? Failure)> Resolve(
        ProxyAddress? proxy, DeliveryAttemptDependencies dependencies, CancellationToken cancel)
    {
        var addresses = new ProxyAddresses { _proxy = proxy, _addresses = proxy?.Address is { } known ? [known] : [] };
        if (proxy is null || proxy.Address is not null)
            return (addresses, null);
        AddressAnswer found = await dependencies.AddressesOf(proxy.Host, cancel).OnWorker(dependencies.Workers)
            .ConfigureAwait(false);
        addresses._addresses = found.Addresses;
        return (addresses, found.Status == DnsStatus.Ok ? null : $"the proxy: {found.Text}");
    }

    public ProxyAddress? Next() => _proxy?.At(_addresses[_next++ % _addresses.Count]);
}
