using System.Diagnostics;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>
/// The one thread that writes the log. What was handed in while it was syncing is its next batch: written together, one fdatasync, then every
/// completion, then every entry to the consumer.
/// <para>
/// What it keeps: nothing completes well before the fdatasync of the segment that holds its record, and the sync of that segment's name, have
/// returned without error. After a fault of the log the segment is written no more; its doubtful end is declared void in the next one.
/// A mark stays in <see cref="_marks"/> until it is durable or its segment is gone.
/// </para>
/// </summary>
internal sealed partial class Committer : IDisposable
{
    private readonly SpoolOptions _options;
    private readonly SegmentSet _segments;
    private readonly BodyFolder _bodies;
    private readonly MemoryBudget _memory;
    private readonly LogRequestQueue _queue = new();
    private readonly BatchForecast _forecast = new();
    private readonly Thread _thread;
    private readonly Func<bool> _isStopping;
    private volatile bool _stopping;
    private volatile bool _stopped;
    private bool _isRested;

    private readonly List<LogRequest> _batch = [];
    private readonly List<FlushRequest> _flushes = [];
    private readonly List<(SpoolWriter Writer, uint Offset)> _staged = [];
    private readonly List<SpoolEntry> _entries = [];
    private ActiveSegment? _active;

    public Committer(SpoolOptions options, SegmentSet segments, BodyFolder bodies, MemoryBudget memory)
    {
        _options = options;
        _segments = segments;
        _bodies = bodies;
        _memory = memory;
        _isStopping = () => _stopping;
        _thread = new Thread(Run) { IsBackground = true };
    }

    /// <summary>Calls of fdatasync on the log.</summary>
    public long Syncs { get; private set; }

    /// <summary>Messages made durable.</summary>
    public long Messages { get; private set; }

    public void Start() => Signals.WithAllBlocked(_thread.Start);

    public void Submit(LogRequest request)
    {
        _queue.Push(request);
        if (_stopped)
            CancelAll();
    }

    /// <summary>Commits what was handed in, writes the marks, and ends the thread.</summary>
    public void Dispose()
    {
        _stopping = true;
        _queue.Wake();
        if (_thread.IsAlive)
            _thread.Join();
        _active?.Dispose();
        _segments.Dispose();
    }

    private void Run()
    {
        ThreadName.Set("mailmodule-log");
        ExpectMoves();
        bool isLast;
        do
        {
            isLast = _stopping;
            Turn(isLast);
        }
        while (!isLast);
        _stopped = true;
        CancelAll();
    }

    private void Turn(bool isLast)
    {
        Gather();
        _queue.Drain(_batch);
        if (_batch.Count > 0 || isLast || (_isRested && HasBookkeeping) || IsSyncDue)
        {
            Cycle();
            ExpectMoves();
            _isRested = false;
        }
        else if (_queue.HasSoon)
            WriteSoon();
        else
            Rest();
        if (IsMoveDue && !isLast)
            Move();
    }

    private void Gather()
    {
        int before = _queue.Count;
        if (!_forecast.IsWorthWaiting(before, Stopwatch.GetTimestamp(), out TimeSpan longest))
            return;
        _queue.WaitFor(_forecast.Expected, longest, _isStopping);
        _forecast.Waited(before, _queue.Count);
    }

    private void Cycle()
    {
        CollectMarks();
        if (_batch.Count == 0 && !_hasStagedBookkeeping)
            Reclaim();
        StageBookkeeping();
        foreach (LogRequest request in _batch)
            StageRequest(request);
        _batch.Clear();
        CommitStaged();
        if (_voids.Count > 0)
        {
            Reclaim();
            StageBookkeeping();
            CommitStaged();
        }
        Reclaim();
        foreach (FlushRequest flush in _flushes)
            flush.Complete(Flushed(flush));
        _flushes.Clear();
    }

    private Fault Flushed(FlushRequest flush)
    {
        Fault fault = _marks.Count == 0 && _notes.Count == 0 ? Fault.None : _bookkeepingFault;
        return fault == Fault.None && flush.Moves ? MoveAll() : fault;
    }

    private void StageRequest(LogRequest request)
    {
        if (request is FlushRequest flush)
            _flushes.Add(flush);
        else if (request is SpoolWriter writer)
            Stage(writer);
    }

    private void Stage(SpoolWriter writer)
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

    // Finds room for a record: in the active segment, or, once what is staged is durable, in the next.
    private Fault Place(int payload)
    {
        if (_active is { } full && !full.HasRoom(payload))
        {
            CommitStaged();
            Retire();
        }
        Fault fault = PrepareIn(payload);
        if (fault != Fault.Full)
            return fault;
        if (_staged.Count == 0 && !_hasStagedBookkeeping && _active is { } idle && idle.Segment.Live == 0)
            Retire();
        _segments.Reclaim(_active?.Segment);
        _segments.UnlinkPool();
        return PrepareIn(payload);
    }

    private Fault PrepareIn(int payload)
    {
        Fault fault = _active is null ? _segments.OpenNext(out _active) : Fault.None;
        if (fault == Fault.None)
            fault = _active!.Prepare(payload);
        if (fault is not (Fault.None or Fault.Full) && _active is not null)
            Abandon(fault);
        return fault;
    }

    private void Retire()
    {
        if (_active is not { } active)
            return;
        _active = null;
        active.Dispose();
        _segments.Close(active.Segment);
    }

    private void CommitStaged()
    {
        if (_active is not { } active || (_staged.Count == 0 && !_hasStagedBookkeeping))
            return;
        long began = Stopwatch.GetTimestamp();
        Fault fault = active.Sync();
        Syncs++;
        if (fault == Fault.None)
            fault = _segments.SyncName();
        _forecast.Synced(_staged.Count, _queue.Count, began, Stopwatch.GetTimestamp());
        if (fault != Fault.None)
        {
            Abandon(fault);
            return;
        }
        CompleteBookkeeping();
        CompleteStaged(active.Segment);
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
        ActiveSegment active = _active!;
        active.Segment.VoidFrom = active.Durable;
        UnstageBookkeeping(fault);
        _voids.Add(active.Segment);
        Retire();
        _options.Log.Write(LogLevel.Error, "spool", $"{active.Segment.Path}: {fault} while writing; {_staged.Count} messages refused, going on in a new segment");
        foreach ((SpoolWriter writer, _) in _staged)
            Complete(writer, fault);
        _staged.Clear();
    }

    // Only while nothing is staged: marks about segments that are gone for good are forgotten.
    private void Reclaim()
    {
        _segments.Reclaim(_active?.Segment);
        _marks.RemoveAll(mark => Find(mark.Segment) is null);
        _voids.RemoveAll(segment => Find(segment.Number) is null);
        if (_marks.Count == 0)
            ReleaseDone();
    }

    private Segment? Find(long number) => _active?.Segment.Number == number ? _active.Segment : _segments.Find(number);

    // The next two run other people's code: a fault in it must not end the thread.

    private void Complete(LogRequest request, Fault fault)
    {
        try
        {
            request.Complete(fault);
        }
        catch (Exception exception)
        {
            _options.Log.Write(LogLevel.Error, "spool", $"a completion failed: {exception}");
        }
    }

    private void PassToConsumer(SpoolEntry entry)
    {
        try
        {
            _options.Consumer(entry);
        }
        catch (Exception exception)
        {
            _options.Log.Write(LogLevel.Error, "spool", $"the consumer failed for {entry.Id}: {exception}");
        }
    }

    private void CancelAll()
    {
        var late = new List<LogRequest>();
        _queue.Drain(late);
        foreach (LogRequest request in late)
            Complete(request, Fault.Cancelled);
    }
}
