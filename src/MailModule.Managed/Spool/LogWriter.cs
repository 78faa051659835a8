using System.Diagnostics;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>
/// Stages records in the active segment, syncs them together, and completes what waited for the sync: completions, then
/// entries to their consumers. The committer's own.
/// <para>
/// What it keeps: nothing completes well before the fdatasync of the segment that holds its record, and the sync of
/// that segment's name, have returned without error. After a fault of the log the segment is written no more; its
/// doubtful end is declared void in the next one.
/// </para>
/// </summary>
internal sealed class LogWriter(
    SpoolOptions options, SegmentSet segments, FreeSpace space, LogRequestQueue queue, BatchForecast forecast,
    EntryHandover handover) : IDisposable
{
    private readonly List<(SpoolWriter Writer, uint Offset)> _staged = [];
    private readonly List<SpoolEntry> _entries = [];
    private readonly List<IStagedRecords> _bookkeepers = [];
    private ActiveSegment? _active;

    /// <summary>Calls of fdatasync on the log.</summary>
    public long Syncs { get; private set; }

    /// <summary>Messages made durable.</summary>
    public long Messages { get; private set; }

    /// <summary>Bookkeeping is staged that is not durable yet.</summary>
    public bool HasStagedBookkeeping { get; private set; }

    /// <summary>Why bookkeeping could not be written the last time it was tried.</summary>
    public Fault BookkeepingFault { get; set; }

    /// <summary>Batches that were abandoned so far.</summary>
    public int Faults { get; private set; }

    /// <summary>The segment that is being written; null before the first record and after a fault.</summary>
    public Segment? Active => _active?.Segment;

    /// <summary>What the active segment is called, or the next one will be.</summary>
    public long ActiveNumber => _active?.Segment.Number ?? segments.NextNumber;

    /// <summary>Adds a stager of bookkeeping records, which is to be told what became of them.</summary>
    public void Add(IStagedRecords bookkeeper) => _bookkeepers.Add(bookkeeper);

    public Segment? Find(long number)
        => Active is { } active && active.Number == number ? active : segments.Find(number);

    /// <summary>Octets for records that need no space: in the reserve, and behind the tail of the active
    /// segment.</summary>
    private long AllocatedRoom => segments.ReserveRoom + (_active?.Allocated ?? 0);

    /// <summary>On a full disk the newest segment of the last run goes on, since what is left of the reserve may be in
    /// it.</summary>
    public void ResumeIfFull()
    {
        if (segments.HasResumable && segments.EnsureReserve(null) == Fault.Full)
            segments.Resume(out _active);
    }

    /// <summary>Stages a message for the next sync, or completes it with a fault.</summary>
    public void Stage(SpoolWriter writer)
    {
        segments.Demand.Reserve(writer.Recipients);
        Fault fault = writer.Failure;
        if (fault == Fault.None)
            fault = segments.EnsureReserve(Active);
        if (fault == Fault.None)
            fault = Place(writer.Header.Length, fromReserve: false);
        if (fault != Fault.None)
        {
            // A message may have failed by itself before, for want of a descriptor for one.
            if (fault == Fault.Full && writer.Failure == Fault.None)
                space.LogFull();
            Refuse(writer, fault);
            return;
        }
        fault = _active!.Append(writer.Record, writer.Header, out uint offset);
        _staged.Add((writer, offset));
        if (fault != Fault.None)
            Abandon(fault);
    }

    /// <summary>Makes sure of the place for marks and the like, in the reserve if there is no other.</summary>
    public bool TryPlaceBookkeeping(int length)
    {
        BookkeepingFault = Place(length, fromReserve: true);
        return BookkeepingFault == Fault.None;
    }

    /// <summary>Makes sure of the place for a copy of a message or of a note, which may not lie in the
    /// reserve.</summary>
    public bool TryPlaceCopy(int length)
    {
        BookkeepingFault = segments.EnsureReserve(Active);
        if (BookkeepingFault == Fault.None)
            BookkeepingFault = Place(length, fromReserve: false);
        return BookkeepingFault == Fault.None;
    }

    /// <summary>Makes sure of the place for a note: as for a copy, or, if it is urgent, in what of the reserve marks do
    /// not need.</summary>
    public bool TryPlaceNote(int length, bool isUrgent)
    {
        if (TryPlaceCopy(length) || BookkeepingFault != Fault.Full || !isUrgent)
            return BookkeepingFault == Fault.None;
        // A note that does not fit behind the tail closes the active segment, and the room that is left there is lost.
        int padded = RecordHeader.Padded(length);
        long room = _active?.Allocated >= padded ? AllocatedRoom : segments.ReserveRoom;
        return room - padded >= segments.Demand.Required && TryPlaceBookkeeping(length);
    }

    /// <summary>Writing so much once more would leave enough for marks.</summary>
    public bool MayRepeat(long octets)
        => segments.IsCovered || (_active?.Allocated >= octets && AllocatedRoom - octets >= segments.Demand.Marks);

    /// <summary>How many marks one record should hold, so that no octet of the reserve is lost.</summary>
    public int MarksThatFit
        => (int)Math.Clamp(((_active?.Allocated ?? 0) - RecordHeader.Size) / DoneMark.Size, 1, DoneMark.Limit);

    /// <summary>Stages a bookkeeping record for which there is a place.</summary>
    /// <param name="record">Room for the header, then the payload.</param>
    public bool StageBookkeeping(RecordType type, Span<byte> record, out RecordPlace place)
    {
        ReadOnlySpan<byte> payload = record[RecordHeader.Size..];
        ActiveSegment active = _active!;
        var header = new RecordHeader(type, payload.Length, Checksum.Of(payload));
        Fault fault = active.Append(record, header, out uint offset);
        place = new RecordPlace(active.Segment, offset, payload.Length);
        HasStagedBookkeeping = true;
        if (fault != Fault.None)
            Abandon(fault);
        return fault == Fault.None;
    }

    /// <summary>The active segment holds a record about an earlier one, and so must stay as long as that one
    /// (rule 2).</summary>
    public void AddReference(long number)
    {
        Segment active = _active!.Segment;
        if (number != active.Number && segments.Find(number) is { } segment)
            active.References.Add(segment);
    }

    /// <summary>Writes what is staged to the file without a sync, so that it outlives the process.</summary>
    public void Write()
    {
        Fault fault = _active?.Write() ?? Fault.None;
        if (fault != Fault.None)
            Abandon(fault);
    }

    /// <summary>Makes what is staged durable and completes it.</summary>
    public void Commit()
    {
        if (_active is not { } active || (_staged.Count == 0 && !HasStagedBookkeeping))
            return;
        long began = Stopwatch.GetTimestamp();
        Fault fault = active.Sync();
        Syncs++;
        if (fault == Fault.None)
            fault = segments.SyncName();
        forecast.Synced(_staged.Count, queue.Count, began, Stopwatch.GetTimestamp());
        if (fault != Fault.None)
        {
            Abandon(fault);
            return;
        }
        HasStagedBookkeeping = false;
        foreach (IStagedRecords bookkeeper in _bookkeepers)
            bookkeeper.Complete();
        CompleteStaged(active.Segment);
    }

    /// <summary>Refuses what is staged: something else than the disk has failed meanwhile.</summary>
    public void AbandonAll(Fault fault)
    {
        _entries.Clear();
        if (_active is not null)
            Abandon(fault);
    }

    /// <summary>Never throws.</summary>
    public void LogFailure(string what, Exception failure) => options.Log.WriteFailure("spool", what, failure);

    /// <summary>Completes a request. It runs other people's code: a fault in it must not end the thread.</summary>
    public void Complete(LogRequest request, Fault fault)
    {
        if (request.IsEnded)
            return;
        request.IsEnded = true;
        try
        {
            request.Complete(fault);
        }
        catch (Exception exception)
        {
            options.Log.Write(LogLevel.Error, "spool", $"a completion failed: {exception}");
        }
    }

    /// <summary>Says in the log that there is space again, if it said that there was none.</summary>
    public void LogSpaceAgain()
    {
        if (space.IsLoggedFull && segments.EnsureReserve(Active) == Fault.None)
            space.LogSpaceAgain();
    }

    public void Dispose()
    {
        _active?.Dispose();
        segments.Dispose();
    }

    // Finds room for a record: in the active segment, or, once what is staged is durable, in the next.
    private Fault Place(int payload, bool fromReserve)
    {
        if (_active is { } full && !full.HasRoom(payload, fromReserve))
        {
            Commit();
            CloseActive();
        }
        Fault fault = PrepareIn(payload);
        if (fault != Fault.Full)
            return fault;
        if (_staged.Count == 0 && !HasStagedBookkeeping && Active is { Live: 0 })
            CloseActive();
        segments.Reclaim(Active);
        segments.UnlinkPool();
        fault = PrepareIn(payload);
        return fault == Fault.Full && fromReserve ? PlaceInReserve(payload) : fault;
    }

    private Fault PlaceInReserve(int payload)
    {
        space.LogFull();
        Commit();
        CloseActive();
        Fault fault = segments.OpenFromReserve(out _active);
        return fault == Fault.None ? PrepareIn(payload) : fault;
    }

    private Fault PrepareIn(int payload)
    {
        Fault fault = _active is null ? segments.OpenNext(out _active) : Fault.None;
        if (fault == Fault.None)
            fault = _active!.Prepare(payload);
        if (fault is not (Fault.None or Fault.Full) && _active is not null)
            Abandon(fault);
        return fault;
    }

    private void CloseActive()
    {
        if (_active is not { } active)
            return;
        _active = null;
        active.Dispose();
        segments.Close(active.Segment);
    }

    private void CompleteStaged(Segment segment)
    {
        Messages += _staged.Count;
        foreach ((SpoolWriter writer, uint offset) in _staged)
            _entries.Add(writer.ToEntry(new RecordPlace(segment, offset, writer.Header.Length)));
        foreach (SpoolEntry entry in _entries)
            segment.Add(entry);
        foreach ((SpoolWriter writer, _) in _staged)
            segment.Recipients += writer.Recipients;
        CompleteThose(isAfterConsumer: false);
        foreach (SpoolEntry entry in _entries)
            handover.HandOut(entry);
        CompleteThose(isAfterConsumer: true);
        _staged.Clear();
        _entries.Clear();
    }

    private void CompleteThose(bool isAfterConsumer)
    {
        foreach ((SpoolWriter writer, _) in _staged)
            if (writer.IsAfterConsumer == isAfterConsumer)
                Complete(writer, Fault.None);
    }

    // It is unknown what of the staged records is on disk: they fail, and must not count later.
    private void Abandon(Fault fault)
    {
        Segment segment = _active!.Segment;
        segment.VoidFrom = _active.Durable;
        Faults++;
        HasStagedBookkeeping = false;
        BookkeepingFault = fault;
        foreach (IStagedRecords bookkeeper in _bookkeepers)
            bookkeeper.Unstage(segment, fault);
        CloseActive();
        options.Log.Write(LogLevel.Error, "spool",
            $"{segment.Path} cannot be written: {SystemFault.Describe(fault)}; "
            + $"{_staged.Count} messages refused, going on in a new segment");
        foreach ((SpoolWriter writer, _) in _staged)
            Refuse(writer, fault);
        _staged.Clear();
    }

    private void Refuse(SpoolWriter writer, Fault fault)
    {
        segments.Demand.Release(writer.Recipients);
        Complete(writer, fault);
    }
}
