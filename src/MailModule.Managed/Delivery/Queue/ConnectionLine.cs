namespace MailModule.Delivery.Queue;

/// <summary>
/// Destinations that want a connection of one kind. Senders take turns, so that one who writes to a thousand hosts
/// keeps nobody else waiting for more than one of them. Guarded by the table's lock.
/// </summary>
internal sealed class ConnectionLine(RunKind kind)
{
    private readonly Dictionary<string, Queue<Destination>> _bySender = [];
    private readonly Queue<string> _senders = new();

    /// <summary>Nobody waits, nor has left for another line a moment ago.</summary>
    public bool IsEmpty => _senders.Count == 0;

    /// <summary>The destination's newest place is in this line.</summary>
    public void Add(Destination destination)
    {
        destination.Line = kind;
        string sender = destination.FirstSender;
        if (!_bySender.TryGetValue(sender, out Queue<Destination>? line))
        {
            _bySender.Add(sender, line = new Queue<Destination>());
            _senders.Enqueue(sender);
        }
        line.Enqueue(destination);
    }

    public bool IsWaiting()
    {
        while (_senders.TryPeek(out string? sender))
        {
            Queue<Destination> line = _bySender[sender];
            while (line.TryPeek(out Destination? destination) && destination.Line != kind)
                line.Dequeue(); // it has left for another line
            if (line.Count > 0)
                return true;
            _senders.Dequeue();
            _bySender.Remove(sender);
        }
        return false;
    }

    /// <summary>The next, if <see cref="IsWaiting"/>.</summary>
    public Destination Dequeue()
    {
        string sender = _senders.Dequeue();
        Queue<Destination> line = _bySender[sender];
        Destination destination = line.Dequeue();
        destination.Line = null;
        if (line.Count > 0)
            _senders.Enqueue(sender);
        else
            _bySender.Remove(sender);
        return destination;
    }
}
