using System.Buffers;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>What the committer does for the notes of messages: each goes with the next batch, and its predecessor is let go when it is durable.</summary>
internal sealed partial class Committer
{
    // Begins with as many as are staged; those leave it when they are durable.
    private readonly List<EntryNote> _notes = [];
    private int _stagedNotes;

    public void Annotate(SpoolEntry entry, byte[] note)
    {
        if (entry.Annotate(note))
            _queue.PushMarked(entry);
    }

    private void CollectNote(SpoolEntry entry)
    {
        if (entry.NoteRecord is not { IsListed: false } note || entry.GivenNote() is null)
            return;
        note.IsListed = true;
        _notes.Add(note);
    }

    // Making place may commit what is staged, or abandon it: then the list is another.
    private void StageNotes()
    {
        while (_stagedNotes < _notes.Count)
        {
            EntryNote note = _notes[_stagedNotes];
            byte[]? octets = note.Entry.IsOver ? null : note.Entry.GivenNote();
            if (octets is not null && !CanPlaceBookkeeping(EntryNote.HeadSize + octets.Length))
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
        int length = EntryNote.HeadSize + octets.Length;
        byte[] record = ArrayPool<byte>.Shared.Rent(RecordHeader.Size + length);
        EntryNote.WriteHead(record.AsSpan(RecordHeader.Size), note.Entry.Segment.Number, note.Entry.Offset);
        octets.CopyTo(record.AsSpan(RecordHeader.Size + EntryNote.HeadSize));
        Segment segment = _active!.Segment;
        bool isStaged = Stage(RecordType.Note, record.AsSpan(0, RecordHeader.Size + length), out uint offset);
        ArrayPool<byte>.Shared.Return(record);
        (note.Staged, note.StagedAt) = (octets, new RecordPlace(segment, offset, length));
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
        ForgetPlace(note);
        note.IsListed = !entry.NoteIsDurable();
        note.Segment!.Add(note);
        LeaveMemory(entry);
        return !note.IsListed;
    }

    // Who gets a note waits: its body need not be in memory meanwhile.
    private void LeaveMemory(SpoolEntry entry)
    {
        if (!entry.IsInMemory)
            return;
        _memory.Release(entry.Content.Length);
        entry.LeaveMemory();
    }

    private void ForgetPlace(LiveRecord record)
    {
        if (record.Segment is { } segment && segment.Remove(record))
            _segments.Emptied(segment);
    }
}
