namespace MailModule.Delivery.Queue;

/// <summary>
/// The destinations that want a connection, in a line for each kind of run; the lines that have room take turns.
/// Guarded by the table's lock.
/// </summary>
internal sealed class ConnectionLines
{
    private readonly Queue<Destination>[] _lines = [new(), new(), new(), new()];
    private int _turn;

    /// <summary>Puts a destination into a line; it leaves the one that it stands in.</summary>
    public void Add(Destination destination, RunKind kind)
    {
        if (destination.Line == kind)
            return;
        destination.Line = kind;
        _lines[kind.Index].Enqueue(destination);
    }

    public bool IsWaiting(RunKind kind)
    {
        Queue<Destination> line = _lines[kind.Index];
        while (line.TryPeek(out Destination? destination) && destination.Line != kind)
            line.Dequeue(); // it has left for another line
        return line.Count > 0;
    }

    /// <summary>The next of a line whose kind has room.</summary>
    public bool TryDequeue(RunLimits limits, out Destination destination, out RunKind kind)
    {
        for (int i = 0; i < RunKind.Count; i++)
        {
            kind = RunKind.At((_turn + i) % RunKind.Count);
            if (!IsWaiting(kind) || !limits.HasRoom(kind))
                continue;
            destination = _lines[kind.Index].Dequeue();
            destination.Line = null;
            _turn = kind.Index + 1;
            return true;
        }
        destination = null!;
        kind = default;
        return false;
    }
}
