namespace MailModule.Spool;

/// <summary>A segment as a start reads it: the messages of it that are not done so far, by offset.</summary>
internal sealed class RecoveredSegment(Segment segment)
{
    private readonly Dictionary<uint, SpoolEntry> _messages = [];

    public Segment Segment => segment;

    public void Add(SpoolEntry entry) => _messages.Add(entry.Offset, entry);

    public SpoolEntry? Find(uint offset) => _messages.GetValueOrDefault(offset);

    /// <summary>A recipient, or all of them, of the message at an offset is done.</summary>
    public void Mark(uint offset, int recipient)
    {
        if (_messages.TryGetValue(offset, out SpoolEntry? entry) && entry.Restore(recipient))
            End(entry);
    }

    /// <summary>Of all messages read so far only those at these offsets may count.</summary>
    public void Keep(HashSet<uint> offsets)
    {
        foreach (SpoolEntry entry in Messages())
            if (!offsets.Contains(entry.Offset))
                End(entry);
    }

    /// <summary>That message does not count any more, which later segments must keep saying.</summary>
    public void End(SpoolEntry entry)
    {
        _messages.Remove(entry.Offset);
        segment.Done.Add(entry.Offset);
    }

    /// <summary>What is there now, in the order of the log.</summary>
    public List<SpoolEntry> Messages() => [.. _messages.Values.OrderBy(entry => entry.Offset)];
}
