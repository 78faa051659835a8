using System.Buffers;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Carries what waits in mostly dead segments forward, so that those can go (docs/spool-states.md, "Messages that wait are carried forward").
/// <para>
/// What it keeps: a step begins and ends with nothing staged, and nothing else is staged between a copy and its sync. So a copy that is found whole, durable or not,
/// holds all that was known of its message when anything was said about it last.
/// </para>
/// </summary>
internal sealed partial class Committer
{
    private const int StepOctets = 256 * 1024;
    private static readonly TimeSpan StepPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(10);

    private readonly List<LiveRecord> _toMove = [];
    private readonly List<int> _doneRecipients = [];

    // Staged, or durable and not yet settled; empty between two steps.
    private readonly List<(LiveRecord Record, RecordPlace To)> _moving = [];
    private Segment? _source;
    private long _nextMove = long.MaxValue;

    private bool IsMoveDue => Environment.TickCount64 >= _nextMove;

    /// <summary>Until the next step, or the next look for one; null if none is needed before anything else happens.</summary>
    private TimeSpan? UntilMove => _nextMove == long.MaxValue ? null : TimeSpan.FromMilliseconds(Math.Max(0, _nextMove - Environment.TickCount64));

    // Something has changed: it may be worth a look later. Where much happens the next look stands already.
    private void ExpectMoves() => _nextMove = Math.Min(_nextMove, After(_options.MoveAfter));

    private void Move()
    {
        if (_source is not { IsMostlyDead: true })
            _source = _segments.FindMostlyDead(After(-_options.MoveAfter), out _);
        if (_source is null)
            _nextMove = _segments.FindMostlyDead(long.MaxValue, out long closedAt) is null ? long.MaxValue : closedAt + (long)_options.MoveAfter.TotalMilliseconds;
        else
            _nextMove = After(TryMoveSome(_source) ? StepPause : PauseAfterFault);
    }

    /// <summary>All that may be moved, whatever its age, without a pause; ends at the first fault.</summary>
    private Fault MoveAll()
    {
        while (_segments.FindMostlyDead(long.MaxValue, out _) is { } source)
        {
            if (!TryMoveSome(source))
                return _bookkeepingFault == Fault.None ? Fault.Io : _bookkeepingFault;
        }
        return Fault.None;
    }

    private static long After(TimeSpan time) => Environment.TickCount64 + (long)time.TotalMilliseconds;

    // False if the disk did not let it.
    private bool TryMoveSome(Segment source)
    {
        CommitStaged();
        if (_voids.Count > 0)
            return false;
        ChooseFrom(source);
        foreach (LiveRecord record in _toMove)
            if (!(record is SpoolEntry entry ? TryStageMove(entry) : TryStageMove((EntryNote)record)))
                break;
        source.IsPinned = _toMove.Count == 0;
        _toMove.Clear();
        CommitStaged();
        Reclaim();
        return _bookkeepingFault == Fault.None;
    }

    private void ChooseFrom(Segment source)
    {
        _bookkeepingFault = Fault.None;
        int octets = 0;
        for (LiveRecord? record = source.First; record is not null && octets < StepOctets; record = record.Next)
            if (!record.IsPinned && !MovesWithItsMessage(record))
            {
                _toMove.Add(record);
                octets += record.Octets;
            }
    }

    // Or it goes with it, as soon as the marks are durable.
    private static bool MovesWithItsMessage(LiveRecord record)
        => record is EntryNote note && (note.Entry.IsOver || (note.Segment == note.Entry.Segment && !note.Entry.IsPinned));

    private bool TryStageMove(SpoolEntry entry)
    {
        byte[]? record = entry.Place.Read(out RecordHeader header);
        if (record is null || !TryReadNote(entry, record, header, out ReadOnlySpan<byte> note))
            return Pin(entry);
        ReadOnlySpan<byte> message = record.AsSpan(MessageRecord.StartIn(record, header));
        _doneRecipients.Clear();
        entry.AddDone(_doneRecipients);
        long length = MovedRecord.LengthOf(_doneRecipients.Count, note.Length, message.Length);
        if (length > RecordHeader.PayloadLimit)
            return Pin(entry);
        if (!CanPlaceBookkeeping((int)length))
            return false;
        byte[] moved = ArrayPool<byte>.Shared.Rent(RecordHeader.Size + (int)length);
        MovedRecord.Write(moved.AsSpan(RecordHeader.Size), _doneRecipients, note, message);
        return StageMove(entry, RecordType.Moved, moved, (int)length);
    }

    private bool TryStageMove(EntryNote note)
    {
        byte[]? record = note.Place.Read(out RecordHeader header);
        if (record is null)
            return Pin(note);
        ReadOnlySpan<byte> octets = EntryNote.In(record, header).Span;
        int length = EntryNote.HeadSize + octets.Length;
        if (!CanPlaceBookkeeping(length))
            return false;
        byte[] moved = ArrayPool<byte>.Shared.Rent(RecordHeader.Size + length);
        EntryNote.WriteHead(moved.AsSpan(RecordHeader.Size), note.Entry.Segment.Number, note.Entry.Offset);
        octets.CopyTo(moved.AsSpan(RecordHeader.Size + EntryNote.HeadSize));
        return StageMove(note, RecordType.Note, moved, length);
    }

    // Empty if it has none; false if it cannot be read.
    private static bool TryReadNote(SpoolEntry entry, byte[] record, RecordHeader header, out ReadOnlySpan<byte> note)
    {
        note = default;
        if (entry.NoteRecord is not { IsDurable: true } kept)
            return true;
        byte[]? own = kept.Place == entry.Place ? record : kept.Place.Read(out header);
        if (own is not null)
            note = EntryNote.In(own, header).Span;
        return own is not null;
    }

    private bool StageMove(LiveRecord record, RecordType type, byte[] moved, int length)
    {
        Segment target = _active!.Segment;
        if (type == RecordType.Moved)
            AddAbout(record.Segment!.Number);
        bool isStaged = Stage(type, moved.AsSpan(0, RecordHeader.Size + length), out uint offset);
        ArrayPool<byte>.Shared.Return(moved);
        if (isStaged)
            _moving.Add((record, new RecordPlace(target, offset, length)));
        return isStaged;
    }

    private bool Pin(LiveRecord record)
    {
        record.IsPinned = true;
        _options.Log.Write(LogLevel.Error, "spool", $"{record.Segment!.Path}: the record at {record.Offset} cannot be carried forward; its segment stays");
        return true;
    }

    private void CompleteMoves()
    {
        foreach ((LiveRecord record, RecordPlace to) in _moving)
            if (record is SpoolEntry entry)
                CompleteMove(entry, to);
            else
                CompleteMove((EntryNote)record, to);
        _moving.Clear();
    }

    private void CompleteMove(SpoolEntry entry, RecordPlace to)
    {
        EntryNote? note = entry.NoteRecord is { IsDurable: true } durable ? durable : null;
        entry.Segment.Done.Add(entry.Offset);
        entry.Segment.HalfDone.Remove(entry);
        ForgetPlace(entry);
        if (note is not null)
            ForgetPlace(note);
        entry.MoveTo(to);
        to.Segment.Add(entry);
        if (note is not null)
            to.Segment.Add(note);
        if (entry.HasDone)
            to.Segment.HalfDone.Add(entry);
        LeaveMemory(entry);
    }

    private void CompleteMove(EntryNote note, RecordPlace to)
    {
        ForgetPlace(note);
        note.Entry.MoveNoteTo(to);
        to.Segment.Add(note);
    }
}
