using System.Net;
using System.Net.Sockets;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Dns;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Delivery.Outgoing;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>What a walk needs, over loopback.</summary>
internal sealed class Way : IDisposable
{
    public static readonly RemoteTerms Terms = new() { HelloName = "client.example" };

    private readonly Workers _workers = new(64);
    private readonly ConnectionSet _connections;

    public Way() => _connections = new ConnectionSet(_workers, Log.None);

    public static RouteHost Host(string name, ScriptedSmtpServer server, params string[] addresses)
        => new(name, server.Port, [.. (addresses.Length > 0 ? addresses : ["127.0.0.1"]).Select(IPAddress.Parse)]);

    /// <summary>A host where nobody listens.</summary>
    public static RouteHost Nobody(string name)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return new RouteHost(name, port, [IPAddress.Loopback]);
    }

    public RunEnd Walk(WalkOwner owner, params RouteHost[] hosts) => Walk(owner, Terms, hosts);

    public RunEnd Walk(WalkOwner owner, RemoteTerms terms, params RouteHost[] hosts)
    {
        Begin(owner, terms, hosts);
        return owner.WaitForEnd();
    }

    public HostWalk Begin(WalkOwner owner, RemoteTerms terms, params RouteHost[] hosts) => Begin(owner, terms, _ => Route.To(hosts));

    public HostWalk Begin(WalkOwner owner, RemoteTerms terms, Func<CancellationToken, Route> findRoute)
    {
        var parts = new WalkParts(_connections, (name, cancel) => new AddressAnswer(DnsStatus.NxDomain, [], $"{name}: nothing"), Log.None);
        var walk = new HostWalk(parts, () => terms, findRoute, owner);
        walk.Start();
        return walk;
    }

    public void Dispose()
    {
        Assert.True(_connections.Stop(Outbox.Long));
        _connections.Dispose();
        Assert.True(_workers.Stop(Outbox.Long));
    }
}
