using System.Net;

namespace MailModule.Dns.Stub;

/// <summary>
/// The order in which servers are asked: as configured, but a server that timed out comes last for a while, so that a
/// dead server costs one time-out and not one for each question. Any thread.
/// </summary>
internal sealed class ServerOrder(TimeProvider time)
{
    private static readonly TimeSpan Penalty = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, long> _timedOut = [];

    public List<IPEndPoint> Sort(IReadOnlyList<IPEndPoint> servers)
    {
        lock (_lock)
            return [.. servers.OrderBy(TimedOutRecently)];
    }

    public void MarkTimedOut(IPEndPoint server)
    {
        lock (_lock)
            _timedOut[server] = time.GetTimestamp();
    }

    public void MarkResponded(IPEndPoint server)
    {
        lock (_lock)
            _timedOut.Remove(server);
    }

    private bool TimedOutRecently(IPEndPoint server)
    {
        if (!_timedOut.TryGetValue(server, out long since))
            return false;
        bool isRecent = time.GetElapsedTime(since) < Penalty;
        if (!isRecent)
            _timedOut.Remove(server);
        return isRecent;
    }
}
