namespace MailModule.Spool;

/// <summary>What a start found.</summary>
internal sealed class RecoveredLog
{
    public List<Segment> Segments { get; } = [];

    /// <summary>Messages that are not done, oldest first.</summary>
    public List<SpoolEntry> Entries { get; } = [];

    /// <summary>Paths of segments to be written again.</summary>
    public List<string> Free { get; } = [];

    /// <summary>Paths that a segment was to be written again under, but that may be another name of a file that is
    /// needed.</summary>
    public List<string> NotToBeReused { get; } = [];

    /// <summary>Above every number that was ever given.</summary>
    public long NextNumber { get; set; } = 1;

    /// <summary>Records that were lost to damage: their place holds something, but no whole record.</summary>
    public int Damaged { get; set; }
}
