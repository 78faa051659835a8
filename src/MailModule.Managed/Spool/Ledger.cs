using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// What is owed to the disk: marks, voids and notes that are not durable yet; and messages that are done, whose records
/// and bodies go once no crash can bring the messages back. The committer's own.
/// <para>What it keeps: a mark stays in its list until it is durable or its segment is gone for good.</para>
/// </summary>
internal sealed class Ledger : IStagedRecords
{
    private readonly LogWriter _log;
    private readonly SegmentSet _segments;
    private readonly BodyFolder _bodies;
    private readonly MemoryBudget _memory;
    private readonly BookkeepingRecords _records;

    // Each list begins with as many as are staged; those leave it when they are durable.
    private readonly List<DoneMark> _marks = [];
    private readonly List<Segment> _voids = [];
    private readonly List<EntryNote> _notes = [];
    private int _stagedMarks;
    private int _stagedVoids;
    private int _stagedNotes;

    private readonly List<SpoolEntry> _done = [];

    public Ledger(LogWriter log, SegmentSet segments, BodyFolder bodies, MemoryBudget memory,
        BookkeepingRecords records)
    {
        _log = log;
        _segments = segments;
        _bodies = bodies;
        _memory = memory;
        _records = records;
        log.Add(this);
    }

    /// <summary>Something is not durable yet.</summary>
    public bool IsOwing => HasMarks || HasVoids || HasNotes;

    public bool HasVoids => _voids.Count > 0;
    public bool HasMarks => _marks.Count > 0;
    public bool HasNotes => _notes.Count > 0;
    public bool HasUnstagedMarks => _stagedMarks < _marks.Count;

    /// <summary>Takes over the marks and notes that were given since the last time.</summary>
    public void Collect(LogRequestQueue queue)
    {
        for (SpoolEntry? entry = queue.DrainMarked(); entry is not null;)
        {
            // Once its marks are collected it may be queued again, which changes its link.
            SpoolEntry? next = entry.NextMarked;
            Collect(entry);
            entry = next;
        }
        CountMarks();
    }

    /// <param name="hasFlush">A flush waits for what can be made durable.</param>
    public void StageAll(bool hasFlush)
    {
        StageMarks();
        StageNotes(hasFlush);
    }

    /// <summary>Voids, then marks: a mark about a segment that failed comes after that segment's void.</summary>
    public void StageMarks()
    {
        // Making place may commit what is staged, or abandon it: then the lists are others.
        while (_stagedVoids < _voids.Count && _log.TryPlaceBookkeeping(VoidRecord.Size))
        {
            if (!_records.StageVoid(_voids[_stagedVoids]))
                break;
            _stagedVoids++;
        }
        if (_stagedVoids < _voids.Count)
            return;
        while (_stagedMarks < _marks.Count)
        {
            int count = Math.Min(_log.MarksThatFit, _marks.Count - _stagedMarks);
            if (!_log.TryPlaceBookkeeping(count * DoneMark.Size) || !_records.StageMarks(_marks, _stagedMarks, count))
                return;
            _stagedMarks += count;
        }
    }

    public void Complete()
    {
        _marks.RemoveRange(0, _stagedMarks);
        _voids.RemoveRange(0, _stagedVoids);
        (_stagedMarks, _stagedVoids) = (0, 0);
        CountMarks();
        CompleteNotes();
        ReleaseDone();
    }

    public void Unstage(Segment abandoned, Fault fault)
    {
        (_stagedMarks, _stagedVoids, _stagedNotes) = (0, 0, 0);
        _voids.Add(abandoned);
    }

    /// <summary>Removes all segments that may go. Marks about segments that are gone for good are forgotten, while
    /// nothing is staged.</summary>
    public void Reclaim()
    {
        do
        {
            _segments.Reclaim(_log.Active);
            _marks.RemoveAll(mark => _log.Find(mark.Segment) is null);
            _voids.RemoveAll(segment => _log.Find(segment.Number) is null);
        }
        while (ReleaseDone());
        CountMarks();
    }

    /// <summary>A record that is durable is needed where it stands.</summary>
    public void AddLive(LiveRecord record)
    {
        record.Segment!.Add(record);
        if (record is EntryNote note)
            _segments.Demand.AddNote(note);
    }

    /// <summary>A record is not needed any more where it stands.</summary>
    public void RemoveLive(LiveRecord record)
    {
        if (record.Segment is not { } segment)
            return;
        if (record is EntryNote note)
            _segments.Demand.RemoveNote(note);
        if (segment.Remove(record))
            _segments.AddReclaimable(segment);
    }

    /// <summary>A message that waits need not keep its body in memory meanwhile.</summary>
    public void LeaveMemory(SpoolEntry entry)
    {
        if (!entry.IsInMemory)
            return;
        _memory.Release(entry.Content.Length);
        entry.LeaveMemory();
    }

    private void Collect(SpoolEntry entry)
    {
        bool isOver = entry.CollectMarks(_marks, out int collected);
        _segments.Demand.AddDone(collected);
        if (!isOver)
        {
            if (entry.HasDone)
                entry.Segment.HalfDone.Add(entry);
            CollectNote(entry);
            return;
        }
        entry.End();
        entry.Segment.HalfDone.Remove(entry);
        entry.Segment.Done.Add(entry.Offset);
        if (entry.IsInMemory)
            _memory.Release(entry.Content.Length);
        if (entry.HasBodyFile || entry.LastNote is not null)
            _done.Add(entry);
        RemoveLive(entry);
    }

    private void CollectNote(SpoolEntry entry)
    {
        if (entry.LastNote is not { IsListed: false } note || entry.GivenNote() is null)
            return;
        note.IsListed = true;
        _notes.Add(note);
    }

    private void StageNotes(bool isUrgent)
    {
        while (_stagedNotes < _notes.Count)
        {
            EntryNote note = _notes[_stagedNotes];
            byte[]? octets = note.Entry.IsOver ? null : note.Entry.GivenNote();
            if (octets is not null && !_log.TryPlaceNote(NoteRecord.LengthOf(octets.Length), isUrgent))
                return;
            if (_stagedNotes == _notes.Count || _notes[_stagedNotes] != note)
                continue;
            _stagedNotes++;
            if (octets is not null && !StageNote(note, octets))
                return;
        }
    }

    private bool StageNote(EntryNote note, byte[] octets)
    {
        bool isStaged = _records.StageNote(note.Entry, octets, out RecordPlace place);
        (note.Staged, note.StagedAt) = (octets, place);
        return isStaged;
    }

    private void CompleteNotes()
    {
        int kept = 0;
        for (int i = 0; i < _stagedNotes; i++)
            if (!TryCompleteNote(_notes[i]))
                _notes[kept++] = _notes[i];
        _notes.RemoveRange(kept, _stagedNotes - kept);
        _stagedNotes = 0;
    }

    // False if another note was given meanwhile, which stays in the list.
    private bool TryCompleteNote(EntryNote note)
    {
        SpoolEntry entry = note.Entry;
        note.IsListed = false;
        if (entry.IsOver)
            return true;
        RemoveLive(note);
        note.IsListed = !entry.CompleteNote();
        AddLive(note);
        LeaveMemory(entry);
        return !note.IsListed;
    }

    private void CountMarks() => _segments.Demand.PendingMarks = _marks.Count;

    // What a message left behind goes when it is sure not to come back: its mark is durable, or its record is gone for
    // good. True if a segment may go by it.
    private bool ReleaseDone()
    {
        bool anyNote = false;
        int kept = 0;
        for (int i = 0; i < _done.Count; i++)
        {
            SpoolEntry entry = _done[i];
            if (HasMarks && _log.Find(entry.Segment.Number) is not null)
                _done[kept++] = entry;
            else
                anyNote |= Release(entry);
        }
        _done.RemoveRange(kept, _done.Count - kept);
        return anyNote;
    }

    private bool Release(SpoolEntry entry)
    {
        if (entry.HasBodyFile)
            _bodies.RemoveLater(entry.Id);
        if (entry.LastNote is not { } note)
            return false;
        RemoveLive(note);
        return true;
    }
}
