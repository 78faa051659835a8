namespace MailModule.Delivery.Queue;

/// <summary>
/// The destinations that want a connection, in a line for each kind of run; the lines that have room take turns.
/// Guarded by the table's lock.
/// </summary>
internal sealed class ConnectionLines
{
    private readonly ConnectionLine[] _lines =
        [new(RunKind.At(0)), new(RunKind.At(1)), new(RunKind.At(2)), new(RunKind.At(3))];

    private int _turn;

    /// <summary>Nobody waits.</summary>
    public bool IsEmpty => _lines[0].IsEmpty && _lines[1].IsEmpty && _lines[2].IsEmpty && _lines[3].IsEmpty;

    /// <summary>Puts a destination into a line; it leaves the one that it stands in.</summary>
    public void Add(Destination destination, RunKind kind)
    {
        if (destination.Line != kind)
            _lines[kind.Index].Add(destination);
    }

    public bool IsWaiting(RunKind kind) => _lines[kind.Index].IsWaiting();

    /// <summary>The next of a line whose kind has room.</summary>
    public bool TryDequeue(RunLimits limits, out Destination destination, out RunKind kind)
    {
        for (int i = 0; i < RunKind.Count; i++)
        {
            kind = RunKind.At((_turn + i) % RunKind.Count);
            if (!IsWaiting(kind) || !limits.HasRoom(kind))
                continue;
            destination = _lines[kind.Index].Dequeue();
            _turn = kind.Index + 1;
            return true;
        }
        destination = null!;
        kind = default;
        return false;
    }
}
