using MailModule.Delivery.Routing;

namespace MailModule.Delivery.Remote;

/// <summary>Takes mail to next hops over the network.</summary>
/// <param name="termsOf">How the hosts of a next hop are spoken to at this moment. Called on a worker; may block.</param>
internal sealed class RemoteCarrier(WalkParts parts, IRouter router, Func<string, RemoteTerms> termsOf) : IRemoteCarrier
{
    public IRemoteRun Begin(string nextHop, IRunOwner owner)
    {
        var walk = new HostWalk(parts, () => termsOf(nextHop), cancel => router.Find(nextHop, cancel), owner);
        walk.Start();
        return walk;
    }
}
