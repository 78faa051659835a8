using System.Buffers;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Carries what waits in mostly dead segments forward, so that those can go (docs/spool-states.md, "Messages that wait
/// are carried forward"). The committer's own.
/// <para>
/// What it keeps: a step begins and ends with nothing staged, and nothing else is staged between a copy and its sync.
/// So a copy that is found whole, durable or not, holds all that was known of its message when anything was said about
/// it last.
/// </para>
/// </summary>
internal sealed class Compactor : IStagedRecords
{
    private const int StepOctets = 256 * 1024;
    private static readonly TimeSpan StepPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(10);

    private readonly SpoolOptions _options;
    private readonly LogWriter _log;
    private readonly SegmentSet _segments;
    private readonly Ledger _ledger;
    private readonly BookkeepingRecords _records;
    private readonly List<LiveRecord> _toMove = [];
    private readonly List<int> _doneRecipients = [];

    // Staged, or durable and not yet completed; empty between two steps.
    private readonly List<(LiveRecord Record, RecordPlace To)> _moving = [];
    private Segment? _source;
    private long _nextMove = long.MaxValue;

    public Compactor(SpoolOptions options, LogWriter log, SegmentSet segments, Ledger ledger,
        BookkeepingRecords records)
    {
        _options = options;
        _log = log;
        _segments = segments;
        _ledger = ledger;
        _records = records;
        log.Add(this);
    }

    public bool IsDue => Environment.TickCount64 >= _nextMove;

    /// <summary>Until the next step, or the next look for one; null if none is needed before anything else
    /// happens.</summary>
    public TimeSpan? UntilDue
        => _nextMove == long.MaxValue ? null
            : TimeSpan.FromMilliseconds(Math.Max(0, _nextMove - Environment.TickCount64));

    /// <summary>Something has changed: it may be worth a look later. Where much happens the next look stands
    /// already.</summary>
    public void ExpectWork() => _nextMove = Math.Min(_nextMove, After(_options.MoveAfter));

    /// <summary>One step, if a segment is old enough and mostly dead; else finds out when one will be.</summary>
    public void Step()
    {
        if (_source is not { IsMostlyDead: true })
            _source = _segments.FindMostlyDead(After(-_options.MoveAfter), out _);
        if (_source is not null)
            _nextMove = After(TryMoveSome(_source) ? StepPause : PauseAfterFault);
        else if (_segments.FindMostlyDead(long.MaxValue, out long closedAt) is null)
            _nextMove = long.MaxValue;
        else
            _nextMove = closedAt + (long)_options.MoveAfter.TotalMilliseconds;
    }

    /// <summary>All that may be moved, whatever its age, without a pause; ends at the first fault.</summary>
    public Fault MoveAll()
    {
        while (_segments.FindMostlyDead(long.MaxValue, out _) is { } source)
        {
            if (!TryMoveSome(source))
                return _log.BookkeepingFault == Fault.None ? Fault.Io : _log.BookkeepingFault;
        }
        return Fault.None;
    }

    public void Complete()
    {
        foreach ((LiveRecord record, RecordPlace to) in _moving)
            if (record is SpoolEntry entry)
                CompleteMove(entry, to);
            else
                CompleteMove((EntryNote)record, to);
        _moving.Clear();
    }

    public void Unstage(Segment abandoned, Fault fault) => _moving.Clear();

    private static long After(TimeSpan time) => Environment.TickCount64 + (long)time.TotalMilliseconds;

    // False if the disk did not let it.
    private bool TryMoveSome(Segment source)
    {
        _log.Commit();
        if (_ledger.HasVoids)
            return false;
        ChooseFrom(source);
        foreach (LiveRecord record in _toMove)
            if (!(record is SpoolEntry entry ? TryStageMove(entry) : TryStageMove((EntryNote)record)))
                break;
        source.IsPinned = _toMove.Count == 0;
        _toMove.Clear();
        _log.Commit();
        _ledger.Reclaim();
        return _log.BookkeepingFault == Fault.None;
    }

    private void ChooseFrom(Segment source)
    {
        _log.BookkeepingFault = Fault.None;
        int octets = 0;
        for (LiveRecord? record = source.First; record is not null && octets < StepOctets; record = record.Next)
            if (!record.IsPinned && !MovesWithItsMessage(record))
            {
                _toMove.Add(record);
                octets += record.Octets;
            }
    }

    // Or the note goes with its message, as soon as the marks are durable.
    private static bool MovesWithItsMessage(LiveRecord record) => record is EntryNote note
        && (note.Entry.IsOver || (note.Segment == note.Entry.Segment && !note.Entry.IsPinned));

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
        if (!_log.TryPlaceCopy((int)length))
            return false;
        byte[] moved = ArrayPool<byte>.Shared.Rent(RecordHeader.Size + (int)length);
        MovedRecord.Write(moved.AsSpan(RecordHeader.Size), _doneRecipients, note, message);
        // Rule 4: the new segment stays until the old one is gone for good.
        _log.AddReference(entry.Segment.Number);
        Span<byte> whole = moved.AsSpan(0, RecordHeader.Size + (int)length);
        bool isStaged = _log.StageBookkeeping(RecordType.Moved, whole, out RecordPlace to);
        ArrayPool<byte>.Shared.Return(moved);
        return isStaged && AddMoving(entry, to);
    }

    private bool TryStageMove(EntryNote note)
    {
        byte[]? record = note.Place.Read(out RecordHeader header);
        if (record is null)
            return Pin(note);
        ReadOnlySpan<byte> octets = EntryNote.In(record, header).Span;
        return _log.TryPlaceCopy(NoteRecord.LengthOf(octets.Length))
            && _records.StageNote(note.Entry, octets, out RecordPlace to) && AddMoving(note, to);
    }

    // The note is empty if the message has none; false if it cannot be read.
    private static bool TryReadNote(SpoolEntry entry, byte[] record, RecordHeader header, out ReadOnlySpan<byte> note)
    {
        note = default;
        if (entry.LastNote is not { IsDurable: true } kept)
            return true;
        byte[]? own = kept.Place == entry.Place ? record : kept.Place.Read(out header);
        if (own is not null)
            note = EntryNote.In(own, header).Span;
        return own is not null;
    }

    private bool AddMoving(LiveRecord record, RecordPlace to)
    {
        _moving.Add((record, to));
        return true;
    }

    private bool Pin(LiveRecord record)
    {
        record.IsPinned = true;
        _options.Log.Write(LogLevel.Error, "spool",
            $"{record.Segment!.Path}: the record at {record.Offset} cannot be carried forward; its segment stays");
        return true;
    }

    private void CompleteMove(SpoolEntry entry, RecordPlace to)
    {
        EntryNote? note = entry.LastNote is { IsDurable: true } durable ? durable : null;
        entry.Segment.Done.Add(entry.Offset);
        entry.Segment.HalfDone.Remove(entry);
        _ledger.RemoveLive(entry);
        if (note is not null)
            _ledger.RemoveLive(note);
        entry.MoveTo(to);
        to.Segment.Recipients += entry.Envelope.Recipients.Count;
        _segments.Demand.AddCopy(entry.Envelope.Recipients.Count);
        _ledger.AddLive(entry);
        if (note is not null)
            _ledger.AddLive(note);
        if (entry.HasDone)
            to.Segment.HalfDone.Add(entry);
        _ledger.LeaveMemory(entry);
    }

    private void CompleteMove(EntryNote note, RecordPlace to)
    {
        _ledger.RemoveLive(note);
        note.Entry.MoveNoteTo(to);
        _ledger.AddLive(note);
    }
}
