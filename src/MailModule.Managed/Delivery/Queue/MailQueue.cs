using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The durable outgoing queue: takes committed messages with remote recipients, brings them to their next hops, tries
/// again by the schedule, and sends DSNs of what failed. What it knows beyond the envelope lives in the spool's notes
/// and marks, so that a start goes on where the last one ended.
/// <para>
/// Every transaction that waits stands in one of three places: with its <see cref="Destination"/> (ready), in the
/// <see cref="RetryHeap"/> (deferred), or with its item alone (held). The cost of a step does not depend on how much
/// waits. One lock guards it all, and is never held over a call that could block; the queue's own thread
/// (mailmodule-que) does what has a time.
/// </para>
/// </summary>
/// <remarks>
/// Invariants: a recipient is marked done only after another host has taken the message for it, its DSN is durable, or
/// an operator removed it; a transaction is in exactly one place; while a transaction is active its message's content
/// stays in the spool (no recipient of it is marked before its connection has ended with it).
/// </remarks>
internal sealed partial class MailQueue : IMailQueue, IDisposable
{
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly object _lock = new();
    private readonly QueueDependencies _dependencies;
    private readonly ISpool _spool;
    private readonly QueueEvents _events;
    private readonly Dictionary<string, QueueItem> _items = [];
    private readonly RetryHeap _retries = new();
    private readonly int[] _recipientCounts = new int[(int)QueueState.Relayed + 1];
    private Thread? _thread;
    private bool _isStarted;
    private bool _isStopping;
    private bool _isWoken;
    private DateTimeOffset _lastTick;

    public MailQueue(QueueDependencies dependencies)
    {
        _dependencies = dependencies;
        _spool = dependencies.Spool;
        _events = new QueueEvents(dependencies.Workers, dependencies.Log, dependencies.Time);
    }

    /// <summary>Takes over what the spool found at its start, and begins to deliver.</summary>
    public void Start()
    {
        Resume();
        _thread = new Thread(Run) { IsBackground = true };
        Signals.WithAllBlocked(_thread.UnsafeStart);
    }

    /// <summary>As <see cref="Start"/>, without a thread: the caller calls <see cref="Tick"/>.</summary>
    internal void Resume()
    {
        foreach (ISpoolEntry entry in _spool.Recovered)
            lock (_lock)
                Admit(entry, isNew: false);
        lock (_lock)
            _isStarted = true;
        Tick();
    }

    /// <summary>
    /// The spool's consumer: takes a committed entry into the queue, unless it has no remote recipient. Any thread;
    /// does not block.
    /// </summary>
    public void Enqueue(ISpoolEntry entry)
    {
        if (!entry.Envelope.Recipients.Exists(recipient => recipient.Maildrop is null))
            return;
        lock (_lock)
            Admit(entry, isNew: true);
        StartAttempts();
    }

    /// <summary>
    /// Begins no more attempts, lets those under way end in the time, then cuts them. False if something would not end.
    /// What is left stays in the spool; for an operator the queue is empty from then on.
    /// </summary>
    public bool Stop(TimeSpan timeout)
    {
        long began = Environment.TickCount64;
        lock (_lock)
        {
            _isStopping = true;
            Wake();
        }
        bool ended = WaitForAttempts(timeout);
        if (!ended)
        {
            CancelAttempts();
            ended = WaitForAttempts(CancelGrace);
        }
        _thread?.Join();
        _events.WriteLines();
        TimeSpan left = timeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
        ended &= _events.TrySetListener(null, left > CancelGrace ? left : CancelGrace);
        lock (_lock)
        {
            _items.Clear();
            Array.Clear(_recipientCounts);
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
            lock (_lock)
            {
                FollowClock();
                more = DeferSome();
                more |= MakeSomeReady();
            }
            more |= SendDsn();
            StartAttempts();
        }
        while (more);
    }

    /// <summary>When <see cref="Tick"/> has to be called next; null: not before something happens.</summary>
    internal DateTimeOffset? NextDue
    {
        get
        {
            lock (_lock)
                return Earliest(Earliest(_retries.NextDue, NextDsnRetry), _pausedUntil > Now ? _pausedUntil : null);
        }
    }

    private DateTimeOffset Now => _dependencies.Time.GetUtcNow();

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other)
        => one is null || other < one ? other : one;

    // A clock that was set back would make everything that has a time wait until the clock comes there once more.
    private void FollowClock()
    {
        DateTimeOffset now = Now;
        TimeSpan back = _lastTick - now;
        _lastTick = now;
        if (back <= LongestSleep)
            return;
        _retries.Shift(-back);
        ShiftDsns(-back);
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
                _dependencies.Log.Write(LogLevel.Error, "queue", $"a turn of the queue failed: {e}");
            }
        }
    }

    // Until there is something to do. False when the thread is to end.
    private bool Sleep()
    {
        TimeSpan wait = NextDue is { } due ? due - Now : LongestSleep;
        lock (_lock)
        {
            if (!_isWoken && !_isStopping && wait > TimeSpan.Zero)
                Monitor.Wait(_lock, wait < LongestSleep ? wait + TimeSpan.FromMilliseconds(1) : LongestSleep);
            _isWoken = false;
            return !_isStopping;
        }
    }

    /// <summary>There is something for the queue's thread to do.</summary>
    private void Wake()
    {
        _isWoken = true;
        Monitor.PulseAll(_lock);
    }

    private void Admit(ISpoolEntry entry, bool isNew)
    {
        var open = new List<QueueRecipient>(1);
        for (int i = 0; i < entry.Envelope.Recipients.Count; i++)
            if (entry.Envelope.Recipients[i].Maildrop is null && !entry.IsDone(i))
                open.Add(new QueueRecipient(i));
        if (open.Count == 0 || _isStopping || _items.ContainsKey(entry.Id))
            return;
        var item = new QueueItem(entry, [.. open], Now);
        Dictionary<int, DateTimeOffset> due = QueueNote.Read(entry.Note, item);
        _items.Add(item.Id, item);
        DateTimeOffset latest = Now + _dependencies.Schedule().Delays.Max();
        foreach (QueueRecipient recipient in open)
            AssignTransaction(item, recipient, Earlier(due.GetValueOrDefault(recipient.Index), latest));
        foreach (QueuedTransaction queued in item.Transactions)
            SetFirstState(queued);
        if (isNew)
            _events.Announce(item, open, QueueEventKind.Queued);
        else
            QueueDsnIfDue(item);
    }

    // The clock may have been set back since the note was written.
    private static DateTimeOffset Earlier(DateTimeOffset due, DateTimeOffset latest)
        => due == DateTimeOffset.MaxValue || due < latest ? due : latest;

    private void AssignTransaction(QueueItem item, QueueRecipient recipient, DateTimeOffset due)
    {
        if (due == DateTimeOffset.MaxValue)
        {
            bool isTaken = recipient.Last!.Kind == AttemptResultKind.Delivered;
            Finish(null, recipient, isTaken ? QueueState.Relayed : QueueState.Failed);
            return;
        }
        string nextHop = _dependencies.NextHopOf(item.RecipientOf(recipient).Address.Domain);
        QueuedTransaction? queued =
            item.Transactions.Find(one => one.NextHop == nextHop && one.Due == due && one.HasRoom);
        if (queued is null)
        {
            queued = new QueuedTransaction(item, nextHop) { Due = due, Attempts = recipient.Attempts };
            item.Transactions.Add(queued);
        }
        queued.Add(recipient);
        _recipientCounts[(int)queued.State]++;
    }

    private void SetFirstState(QueuedTransaction queued)
    {
        if (queued.Item.IsHeld)
            SetState(queued, QueueState.Held);
        else if (queued.Due > Now)
            Defer(queued, queued.Due);
        else
            MakeReady(queued);
    }

    /// <summary>Changes a transaction's state, and the counts with it.</summary>
    private void SetState(QueuedTransaction queued, QueueState state)
    {
        if (queued.State == QueueState.Deferred)
            _retries.MarkStale();
        _recipientCounts[(int)queued.State] -= queued.Recipients.Count;
        _recipientCounts[(int)state] += queued.Recipients.Count;
        queued.State = state;
    }

    private void MakeReady(QueuedTransaction queued)
    {
        SetState(queued, QueueState.Ready);
        Destination destination = DestinationOf(queued.NextHop);
        destination.Enqueue(queued);
        RequestConnection(destination);
    }

    private void Defer(QueuedTransaction queued, DateTimeOffset due)
    {
        queued.Due = due;
        SetState(queued, QueueState.Deferred);
        _retries.Add(queued);
        if (_retries.NextDue == due)
            Wake();
    }

    private bool MakeSomeReady()
    {
        DateTimeOffset now = Now;
        for (int i = 0; i < StepLimit; i++)
        {
            if (!_retries.TryDequeue(now, out QueuedTransaction queued))
                return false;
            MakeReady(queued);
        }
        return true;
    }
}
