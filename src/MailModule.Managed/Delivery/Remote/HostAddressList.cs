using System.Net;
using MailModule.Delivery.Routing;

namespace MailModule.Delivery.Remote;

/// <summary>One address of one host.</summary>
/// <param name="Address">Null: a proxy resolves the host's name.</param>
internal readonly record struct TargetAddress(RouteHost Host, IPAddress? Address)
{
    /// <summary>Null: a proxy resolves the host's name.</summary>
    public IPEndPoint? EndPoint => Address is null ? null : new IPEndPoint(Address, Host.Port);

    /// <summary>For the log.</summary>
    public override string ToString() => Address is null ? Host.Name : $"{Host.Name} [{Address}]";
}

/// <summary>
/// The addresses of a route in the order to try them: those of one host after those of the host before it. One thread
/// at a time.
/// </summary>
internal sealed class HostAddressList
{
    /// <summary>
    /// RFC 5321 §5.1 asks for two at least and allows a limit: a host with many dead addresses must not keep mail from
    /// the next host.
    /// </summary>
    private const int AddressLimit = 12;
    private const int MinimumPerHost = 4;

    private readonly Queue<TargetAddress> _addresses = new();

    public HostAddressList(IReadOnlyList<RouteHost> hosts)
    {
        int perHost = Math.Max(MinimumPerHost, AddressLimit / Math.Max(1, hosts.Count));
        foreach (RouteHost host in hosts)
            foreach (TargetAddress target in AddressesOf(host).Take(Math.Min(perHost, AddressLimit - _addresses.Count)))
                _addresses.Enqueue(target);
    }

    public bool IsAtEnd => _addresses.Count == 0;

    public bool TryNext(out TargetAddress target) => _addresses.TryDequeue(out target);

    /// <summary>Passes over the addresses of a host that are still to come.</summary>
    public void SkipHost(RouteHost host)
    {
        while (_addresses.TryPeek(out TargetAddress next) && ReferenceEquals(next.Host, host))
            _addresses.Dequeue();
    }

    private static IEnumerable<TargetAddress> AddressesOf(RouteHost host)
        => host.Addresses.Count > 0
            ? host.Addresses.Select(address => new TargetAddress(host, address))
            : [new TargetAddress(host, null)];
}
