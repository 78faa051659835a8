using System.Net;
using MailModule.Primitives;

namespace MailModule.Delivery.Routing;

/// <summary>One host that may take the mail.</summary>
/// <param name="Name">What its certificate has to bear, and what results and logs say.</param>
/// <param name="Addresses">In the order to try them; empty if a proxy is to resolve the name.</param>
internal sealed record RouteHost(string Name, int Port, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>
    /// A person has named it: a smarthost, or the server of one message. What is wrong with it, or with us there, may
    /// be put right, and concerns all mail: so nothing that it says before a message is final.
    /// </summary>
    public bool IsNamed { get; init; }
}

/// <summary>Why there is no route to a domain.</summary>
/// <param name="IsPermanent">No later attempt will help.</param>
/// <param name="Status">Enhanced status code (RFC 3463), such as <c>5.1.2</c>.</param>
internal sealed record RouteFailure(Fault Fault, bool IsPermanent, string Status, string Text);

/// <summary>Where mail for a domain goes next: hosts in the order to try them, or why there are none.</summary>
internal sealed record Route(IReadOnlyList<RouteHost> Hosts, RouteFailure? Failure)
{
    public static Route To(params RouteHost[] hosts) => new(hosts, null);
    public static Route None(RouteFailure failure) => new([], failure);
}

/// <summary>Finds routes; any number at once. Where to call is as at <see cref="Dns.IDns.Ask"/>.</summary>
internal interface IRouter
{
    /// <summary>
    /// The smarthost, or the domain itself in lower case: transactions with the same next hop share connections.
    /// </summary>
    /// <param name="avoidsInner">As the message's <see cref="Mail.Envelope.AvoidsInner"/> says.</param>
    string NextHopOf(string domain, bool avoidsInner);

    /// <param name="nextHop">From <see cref="NextHopOf"/>.</param>
    /// <param name="cancel">Ends it at once, with <see cref="Fault.Cancelled"/>.</param>
    ValueTask<Route> Find(string nextHop, CancellationToken cancel);
}
