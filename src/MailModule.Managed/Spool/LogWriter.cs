using System.Diagnostics;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Stages records in the active segment, syncs them together, and completes what waited for the sync: completions, then entries to the
/// consumer. The committer's own.
/// <para>
/// What it keeps: nothing completes well before the fdatasync of the segment that holds its record, and the sync of that segment's name,
/// have returned without error. After a fault of the log the segment is written no more; its doubtful end is declared void in the next one.
/// </para>
/// </summary>
internal sealed class LogWriter(SpoolOptions options, SegmentSet segments, LogRequestQueue queue, BatchForecast forecast) : IDisposable
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

    /// <summary>Adds one that stages bookkeeping and is to be told what became of it.</summary>
    public void Add(IStagedRecords bookkeeper) => _bookkeepers.Add(bookkeeper);

    public Segment? Find(long number) => Active is { } active && active.Number == number ? active : segments.Find(number);

    /// <summary>Stages a message for the next sync, or completes it with a fault.</summary>
    public void Stage(SpoolWriter writer)
    {
        Fault fault = writer.Failure;
        if (fault == Fault.None)
            fault = Place(writer.Header.Length);
        if (fault != Fault.None)
        {
            Complete(writer, fault);
            return;
        }
        fault = _active!.Append(writer.Record, writer.Header, out uint offset);
        _staged.Add((writer, offset));
        if (fault != Fault.None)
            Abandon(fault);
    }

    /// <summary>Makes sure of the place for a bookkeeping record.</summary>
    public bool TryPlaceBookkeeping(int length)
    {
        BookkeepingFault = Place(length);
        return BookkeepingFault == Fault.None;
    }

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

    /// <summary>The active segment says something about an earlier one, for which it must stay (rule 2).</summary>
    public void AddAbout(long number)
    {
        Segment active = _active!.Segment;
        if (number != active.Number && segments.Find(number) is { } about)
            active.About.Add(about);
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

    /// <summary>Completes a request. It runs other people's code: a fault in it must not end the thread.</summary>
    public void Complete(LogRequest request, Fault fault)
    {
        try
        {
            request.Complete(fault);
        }
        catch (Exception exception)
        {
            options.Log.Write(LogLevel.Error, "spool", $"a completion failed: {exception}");
        }
    }

    public void Dispose() => _active?.Dispose();

    // Finds room for a record: in the active segment, or, once what is staged is durable, in the next.
    private Fault Place(int payload)
    {
        if (_active is { } full && !full.HasRoom(payload))
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
        return PrepareIn(payload);
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
        CompleteThose(isAfterConsumer: false);
        foreach (SpoolEntry entry in _entries)
            PassToConsumer(entry);
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
            $"{segment.Path}: {fault} while writing; {_staged.Count} messages refused, going on in a new segment");
        foreach ((SpoolWriter writer, _) in _staged)
            Complete(writer, fault);
        _staged.Clear();
    }

    private void PassToConsumer(SpoolEntry entry)
    {
        try
        {
            options.Consumer(entry);
        }
        catch (Exception exception)
        {
            options.Log.Write(LogLevel.Error, "spool", $"the consumer failed for {entry.Id}: {exception}");
        }
    }
}
