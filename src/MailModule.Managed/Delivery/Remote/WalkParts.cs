using MailModule.Dns;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Delivery.Remote;

/// <summary>What walks work with.</summary>
/// <param name="Connections">All connections to other hosts.</param>
/// <param name="AddressesOf">Resolves a proxy's name. Blocks.</param>
internal sealed record WalkParts(
    ConnectionSet Connections, Func<string, CancellationToken, AddressAnswer> AddressesOf, Log Log)
{
    public Workers Workers => Connections.Workers;
}
