using System.Collections.Concurrent;
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

/// <summary>What a delivery attempt needs, over loopback.</summary>
internal sealed class LoopbackHosts : IDisposable
{
    public static readonly RemoteOptions Options = new() { HelloName = "client.example" };

    public const int WorkerLimit = 64;

    private readonly Workers _workers = new(WorkerLimit);
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConnectionSet _connections;

    public LoopbackHosts() => _connections = new ConnectionSet(_workers, Log.None);

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

    /// <summary>Lines at level info are kept too.</summary>
    public bool IsTold { get; init; }

    /// <summary>Those, as they are.</summary>
    public string[] Told => [.. _told];

    /// <summary>Lines of the log so far that an operator must see.</summary>
    public string[] Warnings => [.. _warnings];

    public AttemptResult Run(AttemptOwner owner, params RouteHost[] hosts) => Run(owner, Options, hosts);

    public AttemptResult Run(AttemptOwner owner, RemoteOptions options, params RouteHost[] hosts)
    {
        Begin(owner, options, hosts);
        return owner.WaitForEnd();
    }

    public DeliveryAttempt Begin(AttemptOwner owner, RemoteOptions options, params RouteHost[] hosts)
        => Begin(owner, options, _ => Route.To(hosts));

    public DeliveryAttempt Begin(AttemptOwner owner, RemoteOptions options, Func<CancellationToken, Route> findRoute)
        => BeginLater(owner, options, cancel => new ValueTask<Route>(findRoute(cancel)));

    /// <param name="findRoute">May have to wait.</param>
    public DeliveryAttempt BeginLater(
        AttemptOwner owner, RemoteOptions options, Func<CancellationToken, ValueTask<Route>> findRoute)
    {
        var log = new Log(IsTold ? LogLevel.Info : LogLevel.Warning, Hear);
        var dependencies = new DeliveryAttemptDependencies(_connections, (name, _) => NoAddress(name), log);
        var attempt = new DeliveryAttempt(dependencies, () => options, findRoute, owner);
        attempt.Start();
        return attempt;
    }

    private void Hear(LogLevel level, string area, string text)
    {
        if (level <= LogLevel.Warning)
            _warnings.Enqueue(text);
        else
            _told.Enqueue($"{area} {text}");
    }

    private static ValueTask<AddressAnswer> NoAddress(string name)
        => new(new AddressAnswer(DnsStatus.NxDomain, [], $"{name}: nothing"));

    public void Dispose()
    {
        Assert.True(_connections.Stop(Outbox.Long));
        _connections.Dispose();
        Assert.True(_workers.Stop(Outbox.Long));
    }
}
