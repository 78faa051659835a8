using MailModule.Delivery.Remote;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The peers of the queue's connections. What nothing waits for and nothing uses is forgotten after an hour, or when
/// there are too many. Guarded by the table's lock.
/// </summary>
/// <param name="connectionsPerPeer">From all next hops together.</param>
internal sealed class PeerTable(int connectionsPerPeer)
{
    private const int Limit = 10_000;
    private static readonly TimeSpan LongestIdle = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Peer> _peers = [];
    private DateTimeOffset _lastSweep;

    public int Count => _peers.Count;

    /// <summary>The address and the host's name, or the name alone where a proxy resolves it.</summary>
    public (Peer Address, Peer? Host) Of(TargetAddress target, DateTimeOffset now)
    {
        Sweep(now);
        Peer host = Of(target.Host.Name);
        return target.EndPoint is { } endPoint ? (Of(endPoint.ToString()), host) : (host, null);
    }

    public void ForgetFailures()
    {
        foreach (Peer peer in _peers.Values)
            peer.ForgetFailure();
    }

    private Peer Of(string name)
    {
        if (!_peers.TryGetValue(name, out Peer? peer))
            _peers.Add(name, peer = new Peer(name, connectionsPerPeer));
        return peer;
    }

    private void Sweep(DateTimeOffset now)
    {
        bool isFull = _peers.Count >= Limit;
        if (!isFull && now - _lastSweep < LongestIdle)
            return;
        _lastSweep = now;
        foreach (Peer peer in _peers.Values)
            if (peer.IsIdle && (isFull || now - peer.LastUsed >= LongestIdle))
                _peers.Remove(peer.Name); // allowed while the values are walked
    }
}
