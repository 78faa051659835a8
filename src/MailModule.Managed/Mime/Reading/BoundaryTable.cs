namespace MailModule.Mime.Reading;

/// <summary>
/// The boundaries of the multiparts that are open, each with its level. Looking a line up takes as long with a thousand
/// of them as with one. Of two that are the same the inner one counts.
/// </summary>
internal sealed class BoundaryTable
{
    private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<(string Boundary, int Level, int Outer)> _open = [];

    public BoundaryTable() => _lookup = _levels.GetAlternateLookup<ReadOnlySpan<char>>();

    public bool IsEmpty => _open.Count == 0;

    /// <summary>For a level that is above all that are open.</summary>
    public void Open(string boundary, int level)
    {
        _open.Add((boundary, level, _levels.GetValueOrDefault(boundary, -1)));
        _levels[boundary] = level;
    }

    /// <summary>True if the level's boundary was open.</summary>
    public bool TryClose(int level)
    {
        if (_open.Count == 0 || _open[^1].Level != level)
            return false;
        var (boundary, _, outer) = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        if (outer < 0)
            _levels.Remove(boundary);
        else
            _levels[boundary] = outer;
        return true;
    }

    /// <summary>The level of a boundary; -1: it is none.</summary>
    public int Find(ReadOnlySpan<char> boundary) => _lookup.TryGetValue(boundary, out int level) ? level : -1;
}
