using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The durable outgoing queue: takes committed messages with remote recipients, brings them to their next hops, tries again by the schedule, and reports what failed.
/// What it knows beyond the envelope lives in the spool's notes and marks, so that a start goes on where the last one ended.
/// <para>
/// Everything that waits stands in one of three places: with its <see cref="Destination"/> (ready), in the <see cref="Timetable"/> (deferred), or with its item alone (held). The
/// cost of a step does not depend on how much waits. One lock guards it all, and is never held over a call that could block; the queue's own thread (mailmodule-queue) does what has a time.
/// </para>
/// </summary>
/// <remarks>
/// Invariants: a recipient is marked done only after another host has taken the message for it, its report is durable, or the host took it out; a job is in exactly one place; while a
/// job is active its message's text is not let go of (no recipient of it is marked before its connection has ended with it).
/// </remarks>
public sealed partial class MailQueue : IMailQueue, IDisposable
{
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly object _gate = new();
    private readonly QueueParts _parts;
    private readonly ISpool _spool;
    private readonly QueueEvents _events;
    private readonly Dictionary<string, QueueItem> _items = [];
    private readonly Timetable _timetable = new();
    private readonly int[] _recipients = new int[(int)QueueState.Done + 1];
    private Thread? _thread;
    private bool _isStarted;
    private bool _isStopping;
    private bool _isWoken;
    private DateTimeOffset _lastTurn;

    public MailQueue(QueueParts parts)
    {
        _parts = parts;
        _spool = parts.Spool;
        _events = new QueueEvents(parts.Workers, parts.Log);
    }

    /// <summary>Takes over what the spool found at its start, and begins to deliver.</summary>
    public void Start()
    {
        Resume();
        _thread = new Thread(Run) { IsBackground = true };
        Signals.WithAllBlocked(_thread.UnsafeStart);
    }

    /// <summary>As <see cref="Start"/>, without a thread: whoever holds the clock calls <see cref="Tick"/>.</summary>
    internal void Resume()
    {
        foreach (ISpoolEntry entry in _spool.Recovered)
            lock (_gate)
                Admit(entry, isNew: false);
        lock (_gate)
            _isStarted = true;
        Tick();
    }

    /// <summary>The spool's consumer: takes a committed entry. Any thread; does not block. Entries without a remote recipient are passed over.</summary>
    public void Take(ISpoolEntry entry)
    {
        if (!entry.Envelope.Recipients.Exists(recipient => recipient.Maildrop is null))
            return;
        lock (_gate)
            Admit(entry, isNew: true);
        Pump();
    }

    /// <summary>Begins nothing new, lets what is under way end in the time, then cuts it. False if something would not end. What is left stays in the spool; for an operator the
    /// queue is empty from then on.</summary>
    public bool Stop(TimeSpan timeout)
    {
        lock (_gate)
        {
            _isStopping = true;
            Wake();
        }
        bool ended = WaitForRuns(timeout);
        if (!ended)
        {
            CancelRuns();
            ended = WaitForRuns(CancelGrace);
        }
        _thread?.Join();
        ended &= _events.TrySetListener(null, CancelGrace);
        lock (_gate)
        {
            _items.Clear();
            Array.Clear(_recipients);
        }
        return ended;
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    /// <summary>Does all that is due at this moment.</summary>
    internal void Tick()
    {
        bool more;
        do
        {
            lock (_gate)
            {
                FollowClock();
                more = PutOffSome();
                more |= MakeSomeReady();
            }
            more |= SendReport();
            Pump();
        }
        while (more);
    }

    /// <summary>When <see cref="Tick"/> has to be called next; null: when something happens.</summary>
    internal DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
                return Earliest(Earliest(_timetable.Next, NextReport), _pausedUntil > Now ? _pausedUntil : null);
        }
    }

    private DateTimeOffset Now => _parts.Time.GetUtcNow();

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    // What has a time would wait for a clock that was set back to come there once more.
    private void FollowClock()
    {
        DateTimeOffset now = Now;
        TimeSpan back = _lastTurn - now;
        _lastTurn = now;
        if (back <= LongestSleep)
            return;
        _timetable.Shift(-back);
        ShiftReports(-back);
        if (_pausedUntil > now)
            _pausedUntil -= back;
    }

    private void Run()
    {
        ThreadName.Set("mailmodule-que");
        while (Sleep())
        {
            try
            {
                Tick();
            }
            catch (Exception e)
            {
                _parts.Log.Write(LogLevel.Error, "queue", $"a turn of the queue failed: {e}");
            }
        }
    }

    // False when it is time to end.
    private bool Sleep()
    {
        TimeSpan wait = NextDue is { } due ? due - Now : LongestSleep;
        lock (_gate)
        {
            if (!_isWoken && !_isStopping && wait > TimeSpan.Zero)
                Monitor.Wait(_gate, wait < LongestSleep ? wait + TimeSpan.FromMilliseconds(1) : LongestSleep);
            _isWoken = false;
            return !_isStopping;
        }
    }

    /// <summary>There is something for the queue's thread to do.</summary>
    private void Wake()
    {
        _isWoken = true;
        Monitor.PulseAll(_gate);
    }

    private void Admit(ISpoolEntry entry, bool isNew)
    {
        var open = new List<Addressee>(1);
        for (int i = 0; i < entry.Envelope.Recipients.Count; i++)
            if (entry.Envelope.Recipients[i].Maildrop is null && !entry.IsDone(i))
                open.Add(new Addressee(i));
        if (open.Count == 0 || _isStopping || _items.ContainsKey(entry.Id))
            return;
        var item = new QueueItem(entry, [.. open], Now);
        Dictionary<int, DateTimeOffset> due = QueueNote.Read(entry.Note, item);
        _items.Add(item.Id, item);
        DateTimeOffset latest = Now + _parts.Schedule().Delays.Max();
        foreach (Addressee addressee in open)
            Place(item, addressee, Sooner(due.GetValueOrDefault(addressee.Index), latest));
        foreach (Job job in item.Jobs)
            Place(job);
        if (isNew)
            Announce(item, open, QueueEventKind.Queued);
        else
            Settle(item);
    }

    // The clock may have been set back since the note was written.
    private static DateTimeOffset Sooner(DateTimeOffset due, DateTimeOffset latest) => due == DateTimeOffset.MaxValue || due < latest ? due : latest;

    private void Place(QueueItem item, Addressee addressee, DateTimeOffset due)
    {
        if (due == DateTimeOffset.MaxValue)
        {
            _recipients[(int)QueueState.Failed]++;
            return;
        }
        string nextHop = _parts.NextHopOf(item.RecipientOf(addressee).Address.Domain);
        Job? job = item.Jobs.Find(one => one.NextHop == nextHop && one.Due == due && one.State == QueueState.Ready && one.Addressees.Count < Job.RecipientLimit);
        if (job is null)
            item.Jobs.Add(job = new Job(item, nextHop) { Due = due, Attempts = addressee.Attempts });
        job.Add(addressee);
        _recipients[(int)job.State]++;
    }

    private void Place(Job job)
    {
        if (job.Item.IsHeld)
            Move(job, QueueState.Held);
        else if (job.Due > Now)
            PutOff(job, job.Due);
        else
            MakeReady(job);
    }

    /// <summary>Changes a job's state, and the counts with it.</summary>
    private void Move(Job job, QueueState state)
    {
        if (job.State == QueueState.Deferred)
            _timetable.Leave();
        _recipients[(int)job.State] -= job.Addressees.Count;
        _recipients[(int)state] += job.Addressees.Count;
        job.State = state;
    }

    private void MakeReady(Job job)
    {
        Move(job, QueueState.Ready);
        Destination destination = DestinationOf(job.NextHop);
        destination.Enqueue(job);
        LineUp(destination);
    }

    private void PutOff(Job job, DateTimeOffset due)
    {
        job.Due = due;
        Move(job, QueueState.Deferred);
        _timetable.Add(job);
        if (_timetable.Next == due)
            Wake();
    }

    private bool MakeSomeReady()
    {
        DateTimeOffset now = Now;
        for (int i = 0; i < TurnLimit; i++)
        {
            if (!_timetable.TryTake(now, out Job job))
                return false;
            MakeReady(job);
        }
        return true;
    }
}
