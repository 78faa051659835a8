using System.Net;
using MailModule.Dns;
using MailModule.Primitives;

namespace MailModule.Delivery.Routing;

/// <inheritdoc cref="IRouter"/>
/// <param name="dns">The resolver at the moment of the call.</param>
/// <param name="rules">The rules at the moment of the call. Cheap; any thread.</param>
internal sealed class Router(Func<IDns> dns, Func<RoutingRules> rules) : IRouter
{
    public string NextHopOf(string domain, bool avoidsInner)
    {
        RoutingRules current = rules();
        if (current.Routes.Find(domain) is { } named)
            return named;
        if (current.Smarthost is { } smarthost)
            return smarthost;
        string nextHop = NextHop.OfDomain(domain);
        return avoidsInner && current.InnerMx == InnerMx.Own ? NextHop.ForOuter(nextHop) : nextHop;
    }

    public ValueTask<Route> Find(string nextHop, CancellationToken cancel)
    {
        RoutingRules current = rules();
        bool isForOuter = NextHop.IsForOuter(nextHop, out string domain);
        if (!isForOuter && NextHop.TryReadHost(nextHop, out string host, out int port))
            return ToHost(host, port, current, cancel);
        AddressReach furthest = current.InnerMx switch
        {
            InnerMx.Allow => AddressReach.Local,
            InnerMx.Own when !isForOuter => AddressReach.Private,
            _ => AddressReach.Outer,
        };
        if (NextHop.TryReadLiteral(domain, out IPAddress? address))
            return new ValueTask<Route>(ToLiteral(domain, address, furthest, current));
        return ToDomain(domain, furthest, current, cancel);
    }

    private async ValueTask<Route> ToHost(string host, int port, RoutingRules current, CancellationToken cancel)
    {
        if (current.HasProxy && !IPAddress.TryParse(host, out _))
            return Route.To(new RouteHost(host, port, []) { IsNamed = true });
        AddressAnswer found = await new AddressLookup(dns()).Find(host, cancel).ConfigureAwait(false);
        return found.Status switch
        {
            DnsStatus.Ok when IsOwn(host, port, found.Addresses, current)
                => Temporary(
                    Fault.RefusedPermanent, "4.3.5",
                    $"the {(current.Smarthost == NextHop.OfHost(host, port) ? "smarthost" : "route's host")} {host} "
                        + "is this host"),
            DnsStatus.Ok => Route.To(new RouteHost(host, port, found.Addresses) { IsNamed = true }),
            DnsStatus.Cancelled => Cancelled,
            // A person has named this host: what is wrong with its name may be put right.
            _ => Temporary(Fault.Dns, "4.4.3", found.Text),
        };
    }

    // A host that one message names may be this host; a smarthost or a route that is this host would send everything
    // back to itself.
    private static bool IsOwn(string host, int port, IReadOnlyList<IPAddress> addresses, RoutingRules current)
        => NextHop.OfHost(host, port) is var nextHop
            && (current.Smarthost == nextHop || current.RouteHops.Contains(nextHop))
            && addresses.Any(address => current.IsOurs(new IPEndPoint(address, port)));

    private static Route ToLiteral(string literal, IPAddress? address, AddressReach furthest, RoutingRules current)
    {
        if (address is null)
            return Permanent(Fault.Argument, "5.1.2", $"{literal}: an address of a kind that cannot be reached");
        if (current.IsOurs(new IPEndPoint(address, current.MxPort)))
            return Loop(literal);
        return InnerAddresses.ReachOf(address) > furthest
            ? Inner(literal)
            : Route.To(new RouteHost(literal, current.MxPort, [address]));
    }

    private async ValueTask<Route> ToDomain(
        string domain, AddressReach furthest, RoutingRules current, CancellationToken cancel)
    {
        MxAnswer answer = await new MailExchangers(dns()).Find(domain, cancel).ConfigureAwait(false);
        return answer.Status switch
        {
            MxStatus.Ok => FromExchangers(domain, answer.Hosts, furthest, current),
            // RFC 7505 §4.2: 5.1.10, the recipient's domain has a null MX
            MxStatus.NullMx => Permanent(Fault.RefusedPermanent, "5.1.10", answer.Text),
            MxStatus.NoDomain => Permanent(Fault.NotFound, "5.1.2", answer.Text),
            MxStatus.NoHost => Permanent(Fault.NotFound, "5.4.4", answer.Text),
            MxStatus.BadDomain => Permanent(Fault.Argument, "5.1.2", answer.Text),
            MxStatus.Cancelled => Cancelled,
            _ => Temporary(Fault.Dns, "4.4.3", answer.Text),
        };
    }

    private static Route FromExchangers(
        string domain, IReadOnlyList<MailExchanger> exchangers, AddressReach furthest, RoutingRules current)
    {
        // RFC 5321 §5.1: a host in its own list drops itself and all that are not better, or mail would go in a loop
        IEnumerable<MailExchanger> self = exchangers.Where(host => IsThisHost(host, current));
        int ours = self.Select(host => host.Preference).DefaultIfEmpty(int.MaxValue).Min();
        MailExchanger[] better = [.. exchangers.Where(host => host.Preference < ours)];
        if (better.Length == 0)
            return Loop(domain);
        IEnumerable<RouteHost> known = better.Where(host => host.Addresses.Count > 0).Select(host
            => new RouteHost(host.Name, current.MxPort, Within(furthest, host.Addresses)));
        RouteHost[] hosts = [.. known.Where(host => host.Addresses.Count > 0)];
        if (hosts.Length > 0)
            return Route.To(hosts);
        // One of which no address is known just now may have an outer one.
        return better.All(host => host.Addresses.Count > 0)
            ? Inner(domain)
            : Temporary(Fault.Dns, "4.4.3", $"{domain}: no address is known at present of a host that may be tried");
    }

    private static IReadOnlyList<IPAddress> Within(AddressReach furthest, IReadOnlyList<IPAddress> addresses)
        => furthest == AddressReach.Local
            ? addresses
            : [.. addresses.Where(address => InnerAddresses.ReachOf(address) <= furthest)];

    private static bool IsThisHost(MailExchanger host, RoutingRules current)
        => current.IsOurName(host.Name)
            || host.Addresses.Any(address => current.IsOurs(new IPEndPoint(address, current.MxPort)));

    private static Route Cancelled => Temporary(Fault.Cancelled, "", "cancelled");

    private static Route Loop(string domain)
        => Permanent(Fault.RefusedPermanent, "5.4.6", $"mail for {domain} loops back to myself");

    // What a stranger may read names no address: a hosts file may have said it.
    private static Route Inner(string domain) => Permanent(
        Fault.RefusedPermanent, "5.4.4", $"{domain}: its mail hosts have inner addresses, where this mail does not go");

    private static Route Permanent(Fault fault, string status, string text)
        => Route.None(new RouteFailure(fault, IsPermanent: true, status, text));

    private static Route Temporary(Fault fault, string status, string text)
        => Route.None(new RouteFailure(fault, IsPermanent: false, status, text));
}
