namespace MailModule.Spool;

/// <summary>What is known of one segment while it is there; owned by the committer.</summary>
internal sealed class Segment(long number, string path)
{
    public long Number { get; } = number;
    public string Path { get; } = path;

    /// <summary>Messages in it with recipients that are not done.</summary>
    public int Live { get; set; }

    /// <summary>Offsets of the messages that are done: all that later segments must keep saying while this one is there.</summary>
    public List<uint> Done { get; } = [];

    /// <summary>Messages in it of which some recipients are done.</summary>
    public HashSet<SpoolEntry> HalfDone { get; } = [];

    /// <summary>Records from here on do not count (docs/spool-states.md, "When the disk fails").</summary>
    public long VoidFrom { get; set; } = long.MaxValue;

    /// <summary>Older segments about which this one holds marks; it must stay until they are gone for good or all is said again later.</summary>
    public HashSet<Segment> About { get; } = [];
}
