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

    private readonly byte[] _record = new byte[RecordHeader.Size + DoneMark.Limit * DoneMark.Size];

    // Each list begins with as many as are staged; those leave it when they are durable.
    private readonly List<DoneMark> _marks = [];
    private readonly List<Segment> _voids = [];
    private int _stagedMarks;
    private int _stagedVoids;

    private readonly List<DoneMark> _repeatedMarks = [];
    private readonly List<Segment> _repeating = [];
    private long _repeatedFrom;
    private bool _isRepeatWhole;

    private readonly List<SpoolEntry> _done = [];
    private bool _hasStagedBookkeeping;
    private Fault _bookkeepingFault;
    private int _faults;

    private bool HasBookkeeping => _queue.HasMarks || _marks.Count > 0 || _voids.Count > 0 || _notes.Count > 0 || _segments.Repeated.Count > 0;

    private void CollectMarks()
    {
        for (SpoolEntry? entry = _queue.DrainMarked(); entry is not null;)
        {
            // Once its marks are taken it may be queued again, which changes its link.
            SpoolEntry? next = entry.NextMarked;
            CollectMarks(entry);
            entry = next;
        }
    }

    private void CollectMarks(SpoolEntry entry)
    {
        if (!entry.CollectMarks(_marks))
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
        if (entry.HasBodyFile || entry.NoteRecord is not null)
            _done.Add(entry);
        ForgetPlace(entry);
    }

    private void StageBookkeeping()
    {
        StageVoids();
        StageMarks();
        StageNotes();
        if (_segments.Repeated.Count > 0)
            Repeat();
    }

    private void StageVoids()
    {
        while (_stagedVoids < _voids.Count && CanPlaceBookkeeping(VoidSize))
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
            if (!CanPlaceBookkeeping(count * DoneMark.Size) || !StageMarks(_marks, _stagedMarks, count))
                return;
            _stagedMarks += count;
        }
    }

    private void Repeat()
    {
        _isRepeatWhole = false;
        _repeating.Clear();
        _repeating.AddRange(_segments.Repeated);
        _repeatedFrom = _active?.Segment.Number ?? _segments.NextNumber;
        int faults = _faults;
        bool isStaged = _repeating.TrueForAll(StageRepeated);
        // What was staged first may have been abandoned meanwhile.
        _isRepeatWhole = isStaged && faults == _faults;
    }

    private bool StageRepeated(Segment segment)
    {
        if (segment.VoidFrom != long.MaxValue && !(CanPlaceBookkeeping(VoidSize) && StageVoid(segment)))
            return false;
        _repeatedMarks.Clear();
        bool isShorterAsRemaining = segment.Done.Count * DoneMark.Size > segment.Live * RemainingRecord.OffsetSize;
        if (isShorterAsRemaining && !StageRemaining(segment))
            return false;
        if (!isShorterAsRemaining)
            foreach (uint offset in segment.Done)
                _repeatedMarks.Add(new DoneMark(segment.Number, offset, DoneMark.All));
        foreach (SpoolEntry entry in segment.HalfDone)
            entry.AddMarks(_repeatedMarks);
        for (int start = 0; start < _repeatedMarks.Count; start += DoneMark.Limit)
        {
            int count = Math.Min(DoneMark.Limit, _repeatedMarks.Count - start);
            if (!CanPlaceBookkeeping(count * DoneMark.Size) || !StageMarks(_repeatedMarks, start, count))
                return false;
        }
        return true;
    }

    // It is closed: no message will be added to it.
    private bool StageRemaining(Segment segment)
    {
        var offsets = new List<uint>();
        for (LiveRecord? record = segment.First; record is not null; record = record.Next)
            if (record is SpoolEntry)
                offsets.Add(record.Offset);
        int length = RemainingRecord.LengthOf(offsets.Count);
        if (!CanPlaceBookkeeping(length))
            return false;
        byte[] octets = new byte[RecordHeader.Size + length];
        RemainingRecord.Write(octets.AsSpan(RecordHeader.Size), segment.Number, offsets);
        AddAbout(segment.Number);
        return Stage(RecordType.Remaining, octets, out _);
    }

    private bool CanPlaceBookkeeping(int length)
    {
        _bookkeepingFault = Place(length);
        return _bookkeepingFault == Fault.None;
    }

    private bool StageMarks(List<DoneMark> marks, int start, int count)
    {
        for (int i = 0; i < count; i++)
        {
            marks[start + i].Write(_record.AsSpan(RecordHeader.Size + i * DoneMark.Size));
            AddAbout(marks[start + i].Segment);
        }
        return Stage(RecordType.Done, count * DoneMark.Size);
    }

    private bool StageVoid(Segment segment)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(RecordHeader.Size), segment.Number);
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(RecordHeader.Size + 8), segment.VoidFrom);
        AddAbout(segment.Number);
        return Stage(RecordType.Void, VoidSize);
    }

    private bool Stage(RecordType type, int length) => Stage(type, _record.AsSpan(0, RecordHeader.Size + length), out _);

    private bool Stage(RecordType type, Span<byte> record, out uint offset)
    {
        ReadOnlySpan<byte> payload = record[RecordHeader.Size..];
        Fault fault = _active!.Append(record, new RecordHeader(type, payload.Length, Checksum.Of(payload)), out offset);
        _hasStagedBookkeeping = true;
        if (fault != Fault.None)
            Abandon(fault);
        return fault == Fault.None;
    }

    private void AddAbout(long number)
    {
        Segment active = _active!.Segment;
        if (number != active.Number && _segments.Find(number) is { } about)
            active.About.Add(about);
    }

    private void CompleteBookkeeping()
    {
        _hasStagedBookkeeping = false;
        _marks.RemoveRange(0, _stagedMarks);
        _voids.RemoveRange(0, _stagedVoids);
        (_stagedMarks, _stagedVoids) = (0, 0);
        CompleteNotes();
        CompleteMoves();
        if (_isRepeatWhole)
            foreach (Segment segment in _repeating)
                _segments.CompleteRepeat(segment, _repeatedFrom);
        _isRepeatWhole = false;
        if (_marks.Count == 0)
            ReleaseDone();
    }

    private void UnstageBookkeeping(Fault fault)
    {
        _faults++;
        _moving.Clear();
        (_stagedMarks, _stagedVoids, _stagedNotes, _isRepeatWhole, _hasStagedBookkeeping) = (0, 0, 0, false, false);
        _bookkeepingFault = fault;
    }

    // What a message left behind goes when it is sure not to come back.
    private void ReleaseDone()
    {
        foreach (SpoolEntry entry in _done)
        {
            if (entry.HasBodyFile)
                _bodies.RemoveLater(entry.Id);
            if (entry.NoteRecord is { } note)
                ForgetPlace(note);
        }
        _done.Clear();
    }
}
