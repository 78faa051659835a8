using MailModule.Dns;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

/// <summary>What delivery attempts work with.</summary>
/// <param name="Connections">All connections to other hosts.</param>
/// <param name="AddressesOf">Resolves a proxy's name; where to call is as at <see cref="IDns.Ask"/>.</param>
internal sealed record DeliveryAttemptDependencies(
    ConnectionSet Connections, Func<string, CancellationToken, ValueTask<AddressAnswer>> AddressesOf, Log Log)
{
    public Workers Workers => Connections.Workers;
}
