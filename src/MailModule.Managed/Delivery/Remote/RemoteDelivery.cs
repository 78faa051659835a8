using MailModule.Delivery.Routing;

namespace MailModule.Delivery.Remote;

/// <summary>Takes mail to next hops over the network.</summary>
/// <param name="optionsOf">How the hosts of a next hop are spoken to at this moment. Called on a worker; may
/// block.</param>
internal sealed class RemoteDelivery(
    DeliveryAttemptDependencies dependencies, IRouter router, Func<string, RemoteOptions> optionsOf) : IRemoteDelivery
{
    public IDeliveryAttempt Begin(string nextHop, IAttemptOwner owner)
    {
        var attempt = new DeliveryAttempt(
            dependencies, () => optionsOf(nextHop), cancel => router.Find(nextHop, cancel), owner);
        attempt.Start();
        return attempt;
    }
}
