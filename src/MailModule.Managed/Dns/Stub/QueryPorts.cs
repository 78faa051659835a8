using System.Net;

namespace MailModule.Dns.Stub;

/// <summary>
/// The ports from which datagrams are sent. To make and close a socket costs more than a question does; so while
/// questions are under way side by side, a port serves several of them, one after the other. Any thread.
/// </summary>
/// <remarks>
/// RFC 5452 §9.2 wants ports that cannot be guessed. Each is drawn at random by the system, belongs to one question at
/// a time, and is closed before it can be searched for: after 16 questions, after a second, with the last question that
/// is under way, and at once when a datagram has come that answers nothing.
/// </remarks>
internal sealed class QueryPorts(TimeProvider time)
{
    private const int IdleLimit = 64;

    private readonly Lock _lock = new();
    private readonly Queue<QueryPort> _idle = new();
    private int _taken;

    /// <summary>A port for one question; <see cref="Return"/> has to follow.</summary>
    public QueryPort Take(IPEndPoint server)
    {
        List<QueryPort>? old = null;
        QueryPort? found = null;
        lock (_lock)
        {
            _taken++;
            for (int left = _idle.Count; left > 0 && found is null; left--)
            {
                QueryPort port = _idle.Dequeue();
                if (!port.IsFresh)
                    (old ??= []).Add(port);
                else if (port.Server.Equals(server))
                    found = port;
                else
                    _idle.Enqueue(port);
            }
        }
        old?.ForEach(static port => port.Dispose());
        return found ?? new QueryPort(server, time);
    }

    /// <param name="isClean">The question has its response, and nothing else has come to the port.</param>
    public void Return(QueryPort port, bool isClean)
    {
        QueryPort[] idle = [];
        bool isKept;
        port.CountQuestion();
        lock (_lock)
        {
            bool isLast = --_taken == 0;
            isKept = isClean && !isLast && port.IsFresh && _idle.Count < IdleLimit;
            if (isKept)
                _idle.Enqueue(port);
            if (isLast && _idle.Count > 0)
            {
                idle = [.. _idle];
                _idle.Clear();
            }
        }
        if (!isKept)
            port.Dispose();
        Array.ForEach(idle, static port => port.Dispose());
    }
}
