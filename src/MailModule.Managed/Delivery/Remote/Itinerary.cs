using System.Net;
using MailModule.Delivery.Routing;

namespace MailModule.Delivery.Remote;

/// <summary>One address of one host.</summary>
/// <param name="Address">Null: a proxy resolves the host's name.</param>
internal readonly record struct Stop(RouteHost Host, IPAddress? Address);

/// <summary>The addresses of a route in the order to try them: those of one host after those of the host before it. One thread at a time.</summary>
internal sealed class Itinerary
{
    /// <summary>RFC 5321 §5.1 asks for two at least and allows a limit: a host with many dead addresses must not keep mail from the next.</summary>
    private const int StopLimit = 12;
    private const int LeastPerHost = 4;

    private readonly Queue<Stop> _stops = new();

    public Itinerary(IReadOnlyList<RouteHost> hosts)
    {
        int perHost = Math.Max(LeastPerHost, StopLimit / Math.Max(1, hosts.Count));
        foreach (RouteHost host in hosts)
            foreach (Stop stop in StopsAt(host).Take(Math.Min(perHost, StopLimit - _stops.Count)))
                _stops.Enqueue(stop);
    }

    public bool IsAtEnd => _stops.Count == 0;

    public bool TryNext(out Stop stop) => _stops.TryDequeue(out stop);

    /// <summary>Passes over what is left of a host.</summary>
    public void Leave(RouteHost host)
    {
        while (_stops.TryPeek(out Stop next) && ReferenceEquals(next.Host, host))
            _stops.Dequeue();
    }

    private static IEnumerable<Stop> StopsAt(RouteHost host)
        => host.Addresses.Count > 0 ? host.Addresses.Select(address => new Stop(host, address)) : [new Stop(host, null)];
}
