namespace MailModule.Spool;

/// <summary>
/// An upper bound of the octets that marks, voids and repeated marks may still need for what was accepted, and so the
/// least length of the reserve (docs/spool-states.md, "The reserve"). The committer's own.
/// </summary>
internal sealed class BookkeepingDemand
{
    private const int RepeatOctets = DoneMark.Size + 1;
    private const int SegmentOctets = 128;
    private const int BaseOctets = 1024;
    private const int NoteLimit = 4096;

    // A mark alone is a record.
    private static readonly int MarkOctets = RecordHeader.Padded(DoneMark.Size);

    private long _openRecipients;
    private long _recipientsInLog;
    private long _segments;
    private long _notes;

    /// <summary>Marks that are not durable yet.</summary>
    public int PendingMarks { get; set; }

    /// <summary>What marks may need.</summary>
    public long Marks => MarkOctets * (_openRecipients + PendingMarks) + BaseOctets;

    /// <summary>What marks may need, and one round of rule 3; one segment more than there are, since a record may open
    /// the next.</summary>
    public long Required => Marks + RepeatOctets * _recipientsInLog + SegmentOctets * (_segments + 1);

    /// <summary>Also what it takes to write each note once more.</summary>
    public long Octets => Required + _notes;

    /// <summary>What is needed for what a start found.</summary>
    public static BookkeepingDemand Of(RecoveredLog log)
    {
        var demand = new BookkeepingDemand();
        foreach (Segment segment in log.Segments)
        {
            demand._segments++;
            demand._recipientsInLog += segment.Recipients;
        }
        foreach (SpoolEntry entry in log.Entries)
        {
            demand._openRecipients += entry.OpenRecipients;
            if (entry.LastNote is { } note)
                demand.AddNote(note);
        }
        return demand;
    }

    /// <summary>A message is about to be accepted.</summary>
    public void Reserve(int recipients)
    {
        _openRecipients += recipients;
        _recipientsInLog += recipients;
    }

    /// <summary>The message was not accepted after all.</summary>
    public void Release(int recipients) => Reserve(-recipients);

    /// <summary>A message is copied to another segment.</summary>
    public void AddCopy(int recipients) => _recipientsInLog += recipients;

    /// <summary>Recipients are done; their marks are pending from now on.</summary>
    public void AddDone(int recipients) => _openRecipients -= recipients;

    public void AddSegment() => _segments++;

    /// <summary>A segment is gone for good.</summary>
    public void RemoveSegment(Segment segment)
    {
        _segments--;
        _recipientsInLog -= segment.Recipients;
    }

    public void AddNote(EntryNote note) => _notes += Math.Min(RecordHeader.Padded(note.Length), NoteLimit);

    public void RemoveNote(EntryNote note) => _notes -= Math.Min(RecordHeader.Padded(note.Length), NoteLimit);

    /// <summary>What it may take to write once more what is known about a segment.</summary>
    public static long MostOctetsToRepeat(Segment segment) => (long)RepeatOctets * segment.Recipients + SegmentOctets;
}
