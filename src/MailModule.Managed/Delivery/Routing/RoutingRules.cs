using System.Net;
using MailModule.Policy;

namespace MailModule.Delivery.Routing;

/// <summary>Which mail goes to hosts at inner addresses, where a domain names them.</summary>
internal enum InnerMx
{
    /// <summary>To private ones the mail of the host and of those who may relay; to local ones none.</summary>
    Own,

    /// <summary>All mail.</summary>
    Allow,

    /// <summary>None.</summary>
    Deny,
}

/// <summary>What a router goes by at one moment. Immutable.</summary>
internal sealed record RoutingRules
{
    /// <summary>
    /// From <see cref="NextHop.OfHost"/>: takes all mail for other hosts; null: each domain's own hosts do.
    /// </summary>
    public string? Smarthost { get; init; }

    /// <summary>
    /// Next hops (<see cref="NextHop.OfHost"/>) by domain, in place of smarthost and mail exchangers.
    /// </summary>
    public DomainTable<string> Routes { get; init; } = new([]);

    /// <summary>All next hops of <see cref="Routes"/>.</summary>
    public IReadOnlySet<string> RouteHops { get; init; } = new HashSet<string>();

    /// <summary>Where hosts that take a domain's mail listen.</summary>
    public int MxPort { get; init; } = 25;

    /// <summary>About the hosts of domains and address literals; not about hosts that somebody has named.</summary>
    public InnerMx InnerMx { get; init; }

    /// <summary>Connections go by a proxy, which resolves the names of hosts that somebody has named.</summary>
    public bool HasProxy { get; init; }

    /// <summary>Whether a server of this engine listens there.</summary>
    public Func<IPEndPoint, bool> IsOurs { get; init; } = static _ => false;

    /// <summary>Whether a server of this engine has that name.</summary>
    public Func<string, bool> IsOurName { get; init; } = static _ => false;
}
