using System.Buffers.Binary;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// What the committer writes beside messages: marks, voids, and all that is known about a segment once more, where a later one speaks about it
/// and wants to go.
/// </summary>
internal sealed partial class Committer
{
    private const int VoidSize = 16;

    private readonly byte[] _note = new byte[RecordHeader.Size + DoneMark.Limit * DoneMark.Size];

    // Each list begins with as many as are staged; those leave it when they are durable.
    private readonly List<DoneMark> _marks = [];
    private readonly List<Segment> _voids = [];
    private int _stagedMarks;
    private int _stagedVoids;

    private readonly List<DoneMark> _repeatedMarks = [];
    private readonly List<Segment> _repeating = [];
    private long _repeatedFrom;
    private bool _isRepeatWhole;

    private readonly List<string> _doneBodies = [];
    private bool _hasStagedNotes;
    private Fault _noteFault;

    private bool HasNotes => _queue.HasMarks || _marks.Count > 0 || _voids.Count > 0 || _shelf.Repeated.Count > 0;

    private void TakeMarks()
    {
        for (SpoolEntry? entry = _queue.TakeMarked(); entry is not null;)
        {
            // Once its marks are taken it may be queued again, which changes its link.
            SpoolEntry? next = entry.NextMarked;
            TakeMarks(entry);
            entry = next;
        }
    }

    private void TakeMarks(SpoolEntry entry)
    {
        Segment segment = entry.Segment;
        if (!entry.TakeMarks(_marks))
        {
            segment.HalfDone.Add(entry);
            return;
        }
        segment.HalfDone.Remove(entry);
        segment.Done.Add(entry.Offset);
        segment.Live--;
        if (entry.Content is InlineContent)
            _memory.Give(entry.Content.Length);
        if (entry.Content is BodyContent)
            _doneBodies.Add(entry.Id);
        if (segment.Live == 0)
            _shelf.Emptied(segment);
    }

    private void StageNotes()
    {
        StageVoids();
        StageMarks();
        if (_shelf.Repeated.Count > 0)
            Repeat();
    }

    private void StageVoids()
    {
        while (_stagedVoids < _voids.Count && CanPlaceNote(VoidSize))
        {
            if (!StageVoid(_voids[_stagedVoids]))
                return;
            _stagedVoids++;
        }
    }

    private void StageMarks()
    {
        while (_stagedMarks < _marks.Count)
        {
            int count = Math.Min(DoneMark.Limit, _marks.Count - _stagedMarks);
            if (!CanPlaceNote(count * DoneMark.Size) || !StageMarks(_marks, _stagedMarks, count))
                return;
            _stagedMarks += count;
        }
    }

    private void Repeat()
    {
        _isRepeatWhole = false;
        _repeating.Clear();
        _repeating.AddRange(_shelf.Repeated);
        _repeatedFrom = _active?.Segment.Number ?? _shelf.NextNumber;
        _repeatedMarks.Clear();
        foreach (Segment segment in _repeating)
            AddAllMarks(segment, _repeatedMarks);
        _isRepeatWhole = StageRepeated();
    }

    private bool StageRepeated()
    {
        foreach (Segment segment in _repeating)
            if (segment.VoidFrom != long.MaxValue && !(CanPlaceNote(VoidSize) && StageVoid(segment)))
                return false;
        for (int start = 0; start < _repeatedMarks.Count; start += DoneMark.Limit)
        {
            int count = Math.Min(DoneMark.Limit, _repeatedMarks.Count - start);
            if (!CanPlaceNote(count * DoneMark.Size) || !StageMarks(_repeatedMarks, start, count))
                return false;
        }
        return true;
    }

    private static void AddAllMarks(Segment segment, List<DoneMark> marks)
    {
        foreach (uint offset in segment.Done)
            marks.Add(new DoneMark(segment.Number, offset, DoneMark.All));
        foreach (SpoolEntry entry in segment.HalfDone)
            entry.AddMarks(marks);
    }

    private bool CanPlaceNote(int length)
    {
        _noteFault = Place(length);
        return _noteFault == Fault.None;
    }

    private bool StageMarks(List<DoneMark> marks, int start, int count)
    {
        for (int i = 0; i < count; i++)
        {
            marks[start + i].Write(_note.AsSpan(RecordHeader.Size + i * DoneMark.Size));
            NoteAbout(marks[start + i].Segment);
        }
        return Stage(RecordType.Done, count * DoneMark.Size);
    }

    private bool StageVoid(Segment segment)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_note.AsSpan(RecordHeader.Size), segment.Number);
        BinaryPrimitives.WriteInt64LittleEndian(_note.AsSpan(RecordHeader.Size + 8), segment.VoidFrom);
        NoteAbout(segment.Number);
        return Stage(RecordType.Void, VoidSize);
    }

    private bool Stage(RecordType type, int length)
    {
        Span<byte> record = _note.AsSpan(0, RecordHeader.Size + length);
        Fault fault = _active!.Append(record, new RecordHeader(type, length, Checksum.Of(record[RecordHeader.Size..])), out _);
        _hasStagedNotes = true;
        if (fault != Fault.None)
            Abandon(fault);
        return fault == Fault.None;
    }

    private void NoteAbout(long number)
    {
        Segment active = _active!.Segment;
        if (number != active.Number && _shelf.Find(number) is { } about)
            active.About.Add(about);
    }

    private void NotesAreDurable()
    {
        _hasStagedNotes = false;
        _marks.RemoveRange(0, _stagedMarks);
        _voids.RemoveRange(0, _stagedVoids);
        (_stagedMarks, _stagedVoids) = (0, 0);
        if (_isRepeatWhole)
            foreach (Segment segment in _repeating)
                _shelf.SaidAgain(segment, _repeatedFrom);
        _isRepeatWhole = false;
        if (_marks.Count == 0)
            RemoveDoneBodies();
    }

    private void UnstageNotes(Fault fault)
    {
        (_stagedMarks, _stagedVoids, _isRepeatWhole, _hasStagedNotes) = (0, 0, false, false);
        _noteFault = fault;
    }

    private void RemoveDoneBodies()
    {
        foreach (string id in _doneBodies)
            _bodies.RemoveLater(id);
        _doneBodies.Clear();
    }
}
