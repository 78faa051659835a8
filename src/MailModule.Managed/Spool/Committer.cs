using System.Diagnostics;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>
/// The one thread that writes the log. What was handed in while it was syncing is its next batch: written together, one
/// fdatasync, then every completion, then every entry to its consumers. It decides what is done when;
/// <see cref="LogWriter"/> writes and completes, <see cref="Ledger"/> knows which marks and notes are not durable yet,
/// <see cref="Compactor"/> carries messages that wait forward.
/// <para>
/// Marks that are to be written soon are written to the file at once, so that they outlive a killed process, and synced
/// together a little later. While they come by the thousand, one write takes those of a millisecond.
/// </para>
/// </summary>
internal sealed class Committer : IDisposable
{
    private const int RestAfterFailure = 100; // milliseconds

    private readonly LogRequestQueue _queue = new();
    private readonly BatchForecast _forecast = new();
    private readonly LogWriter _log;
    private readonly Ledger _ledger;
    private readonly MarkRepeater _repeater;
    private readonly Compactor _compactor;
    private readonly EntryHandover _handover;
    private readonly Func<bool> _isInterrupted;
    private Thread? _thread;
    private readonly ManualResetEventSlim _stop = new();
    private volatile bool _stopped;

    private readonly List<LogRequest> _batch = [];
    private readonly List<FlushRequest> _flushes = [];
    private MarkPace _pace;

    public Committer(SpoolOptions options, SegmentSet segments, FreeSpace space, BodyFolder bodies, MemoryBudget memory,
        EntryHandover handover)
    {
        _handover = handover;
        _pace = new MarkPace(options.MarkRest);
        _log = new LogWriter(options, segments, space, _queue, _forecast, handover);
        var records = new BookkeepingRecords(_log);
        _ledger = new Ledger(_log, segments, bodies, memory, records);
        _repeater = new MarkRepeater(_log, segments, records);
        _compactor = new Compactor(options, _log, segments, _ledger, records);
        _isInterrupted = () => _stop.IsSet || handover.HasNews;
    }

    /// <inheritdoc cref="LogWriter.Syncs"/>
    public long Syncs => _log.Syncs;

    /// <inheritdoc cref="LogWriter.Messages"/>
    public long Messages => _log.Messages;

    private bool IsSyncDue => _log.HasStagedBookkeeping && _pace.UntilSync <= TimeSpan.Zero;

    private bool IsOwing => _queue.HasMarks || _ledger.IsOwing || _repeater.IsOwing;

    /// <summary>False: the system gives no thread.</summary>
    public bool Start()
    {
        _log.ResumeIfFull();
        _thread = OwnThread.TryStart("mailmodule-log", Run);
        return _thread is not null;
    }

    public void Enqueue(LogRequest request)
    {
        _queue.Push(request);
        if (_stopped)
            CancelAll();
    }

    public void MarkDone(SpoolEntry entry, ReadOnlySpan<int> recipients, bool soon)
    {
        if (entry.Mark(recipients, soon))
            _queue.PushMarked(entry);
        // Also where the entry was queued already: this call may be the one that makes it urgent.
        if (entry.IsSoon)
            _queue.WriteMarksSoon();
    }

    public void Annotate(SpoolEntry entry, byte[] note)
    {
        if (entry.Annotate(note))
            _queue.PushMarked(entry);
    }

    /// <summary>Has the thread look for what was given back (<see cref="EntryHandover.HasNews"/>).</summary>
    public void Wake()
    {
        // That flag was stored just now. A processor may look first whether the thread sleeps: the thread, on its way
        // to sleep, would see no flag, and this call no sleeper.
        Interlocked.MemoryBarrier();
        _queue.Wake();
    }

    /// <summary>Commits what was handed in, writes the marks, and ends the thread.</summary>
    public void Dispose()
    {
        _stop.Set();
        _queue.Wake();
        _thread?.Join();
        _log.Dispose();
    }

    private void Run()
    {
        _compactor.ExpectWork();
        bool isLast;
        do
        {
            isLast = _stop.IsSet;
            TryRunOnce(isLast);
        }
        while (!isLast);
        _stopped = true;
        CancelAll();
    }

    /// <summary>
    /// What a round fails of, memory as a rule, must end neither the process nor the log. It is not known what of the
    /// round's records is written: all of it is refused, and does not count later.
    /// </summary>
    private void TryRunOnce(bool isLast)
    {
        try
        {
            RunOnce(isLast);
        }
        catch (Exception e)
        {
            _log.LogFailure("a round of the log failed", e);
            TryRefuseAll(e is OutOfMemoryException ? Fault.Memory : Fault.Internal);
            new Parker().Park(TimeSpan.FromMilliseconds(RestAfterFailure));
        }
    }

    private void TryRefuseAll(Fault fault)
    {
        try
        {
            _log.AbandonAll(fault);
            foreach (LogRequest request in _batch)
                _log.Complete(request, fault);
            foreach (FlushRequest flush in _flushes)
                _log.Complete(flush, fault);
            _batch.Clear();
            _flushes.Clear();
        }
        catch (Exception e)
        {
            _log.LogFailure("what a failed round of the log held could not be refused", e);
        }
    }

    private void RunOnce(bool isLast)
    {
        Gather();
        _queue.Drain(_batch);
        if (_batch.Count > 0 || isLast || (_pace.HasRested && IsOwing) || IsSyncDue)
        {
            CommitBatch();
            _compactor.ExpectWork();
            _pace.HasRested = false;
        }
        else if (_queue.HasSoonMarks)
            WriteMarks();
        else
            WaitForWork();
        if (isLast)
            return;
        _handover.HandOutDue();
        if (_compactor.IsDue)
            _compactor.Step();
    }

    private void Gather()
    {
        int before = _queue.Count;
        if (!_forecast.IsWorthWaiting(before, Stopwatch.GetTimestamp(), out TimeSpan longest))
            return;
        _queue.WaitFor(_forecast.Expected, longest, _isInterrupted);
        _forecast.Waited(before, _queue.Count);
    }

    private void CommitBatch()
    {
        _ledger.Collect(_queue);
        if (_batch.Count == 0 && !_log.HasStagedBookkeeping)
            _ledger.Reclaim();
        bool hasFlush = _stop.IsSet || _batch.Exists(request => request is FlushRequest);
        StageBookkeeping(hasFlush);
        foreach (LogRequest request in _batch)
            Stage(request);
        _batch.Clear();
        _log.Commit();
        if (_ledger.HasVoids)
        {
            _ledger.Reclaim();
            StageBookkeeping(hasFlush);
            _log.Commit();
        }
        _ledger.Reclaim();
        foreach (FlushRequest flush in _flushes)
            flush.Complete(ResultOf(flush));
        _flushes.Clear();
        _log.LogSpaceAgain();
    }

    private void StageBookkeeping(bool hasFlush)
    {
        _ledger.StageAll(hasFlush);
        _repeater.Stage();
    }

    private void Stage(LogRequest request)
    {
        if (request is FlushRequest flush)
            _flushes.Add(flush);
        else if (request is SpoolWriter writer)
            _log.Stage(writer);
    }

    private Fault ResultOf(FlushRequest flush)
    {
        // Notes that wait for space in memory are no fault: it is marks that are promised.
        bool isOwing = _ledger.HasMarks || (_ledger.HasNotes && _log.BookkeepingFault != Fault.Full);
        Fault fault = isOwing ? _log.BookkeepingFault : Fault.None;
        if (fault == Fault.None && _ledger.HasMarks)
            fault = Fault.Io;
        return fault == Fault.None && flush.Moves ? _compactor.MoveAll() : fault;
    }

    private void WriteMarks()
    {
        TimeSpan together = _pace.UntilWrite;
        if (together > TimeSpan.Zero)
        {
            _queue.WaitForMessages(together, _isInterrupted);
            return;
        }
        bool wasStaged = _log.HasStagedBookkeeping;
        _ledger.Collect(_queue);
        _ledger.StageMarks();
        _log.Write();
        _pace.Written(isFirst: !wasStaged);
        // What did not get there is tried once more at once, with all the rest, and then at the pace of marks that have
        // time.
        _pace.HasRested = _ledger.HasUnstagedMarks;
    }

    private void WaitForWork()
    {
        TimeSpan? rest = _pace.Rest;
        if (_log.HasStagedBookkeeping)
            rest = Earlier(rest, _pace.UntilSync is { Ticks: > 0 } until ? until : TimeSpan.Zero);
        rest = Earlier(Earlier(rest, _compactor.UntilDue), _handover.LookForDue());
        _pace.HasRested = !_queue.Wait(rest, marksToo: _pace.HasRested, _isInterrupted);
    }

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;

    private void CancelAll()
    {
        var late = new List<LogRequest>();
        _queue.Drain(late);
        foreach (LogRequest request in late)
            _log.Complete(request, Fault.Cancelled);
    }
}
