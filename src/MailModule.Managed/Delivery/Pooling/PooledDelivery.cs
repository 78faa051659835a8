using MailModule.Delivery.Remote;

namespace MailModule.Delivery.Pooling;

/// <summary>Takes mail to next hops over the connections of a pool.</summary>
/// <param name="optionsOf">How the hosts of a next hop are spoken to at this moment. Called on a worker; may
/// block.</param>
internal sealed class PooledDelivery(ConnectionPool pool, Func<string, RemoteOptions> optionsOf) : IRemoteDelivery
{
    public IDeliveryAttempt Begin(string nextHop, IAttemptOwner owner)
    {
        var client = new PoolClient(pool, owner, () => new PoolKey(nextHop, optionsOf(nextHop)));
        client.Start();
        return client;
    }
}
