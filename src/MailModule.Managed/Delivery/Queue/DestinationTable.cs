using System.Runtime.InteropServices;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The next hops that have something to do, and how many connections each may have. Guarded by the table's lock.
/// </summary>
/// <param name="connectionLimit">Of all together.</param>
/// <param name="connectionsEach">Of one.</param>
internal sealed class DestinationTable(int connectionLimit, int connectionsEach)
{
    private readonly Dictionary<string, Destination> _destinations = [];
    private int _busy; // have a connection

    /// <summary>
    /// The connections that a destination may have: as many as any other that has some, and at least those that it may
    /// begin with.
    /// </summary>
    private int FairShare => Math.Max(Destination.FirstWindow, connectionLimit / Math.Max(1, _busy));

    public Destination Of(string nextHop, RunLimits limits)
    {
        ref Destination? destination = ref CollectionsMarshal.GetValueRefOrAddDefault(_destinations, nextHop, out _);
        return destination ??= new Destination(nextHop, connectionsEach, limits.IsProven(nextHop));
    }

    /// <summary>
    /// One more connection would have work, and is allowed. A destination that has its share asks again with each of
    /// its messages, for it has connections.
    /// </summary>
    public bool WantsConnection(Destination destination)
        => destination.Connections < FairShare && destination.WantsConnection;

    public void BeginConnection(Destination destination)
    {
        if (destination.Connections == 0)
            _busy++;
        destination.BeginConnection();
    }

    /// <inheritdoc cref="Destination.EndConnection"/>
    public void EndConnection(Destination destination, bool wasReady, bool wentWrong)
    {
        destination.EndConnection(wasReady, wentWrong);
        if (destination.Connections == 0)
            _busy--;
    }

    public void ForgetIfIdle(Destination destination)
    {
        // One that was forgotten may still have stood with a peer, and another have taken its place since.
        if (destination.IsIdle && destination.Line is null
            && _destinations.GetValueOrDefault(destination.NextHop) == destination)
            _destinations.Remove(destination.NextHop);
    }
}
