using System.Net;

namespace MailModule.Dns.Stub;

/// <summary>
/// In which order servers are asked: as configured, but one that was silent comes last for a while, so that a dead server costs one wait and not one for
/// each question. Any thread.
/// </summary>
internal sealed class ServerOrder(TimeProvider time)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, long> _silent = [];

    public List<IPEndPoint> Of(IReadOnlyList<IPEndPoint> servers)
    {
        lock (_lock)
            return [.. servers.OrderBy(TimedOutRecently)];
    }

    public void MarkTimedOut(IPEndPoint server)
    {
        lock (_lock)
            _silent[server] = time.GetTimestamp();
    }

    public void MarkResponded(IPEndPoint server)
    {
        lock (_lock)
            _silent.Remove(server);
    }

    private bool TimedOutRecently(IPEndPoint server)
    {
        if (!_silent.TryGetValue(server, out long since))
            return false;
        bool isRecent = time.GetElapsedTime(since) < Memory;
        if (!isRecent)
            _silent.Remove(server);
        return isRecent;
    }
}
