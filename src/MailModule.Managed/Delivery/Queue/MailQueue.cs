using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The durable outgoing queue: takes committed messages with remote recipients, brings them to their next hops, tries
/// again by the schedule, and sends DSNs of what failed. What it knows beyond the envelope lives in the spool's notes
/// and marks, so that a start goes on where the last one ended.
/// <para>
/// The <see cref="QueueTable"/> has the messages, their states and the one lock that guards all of this; the queue's
/// own thread (mailmodule-que) does what has a time.
/// </para>
/// </summary>
internal sealed partial class MailQueue : IMailQueue, IDisposable
{
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly QueueDependencies _dependencies;
    private readonly ISpool _spool;
    private readonly QueueEvents _events;
    private readonly Notifier _notifier;
    private readonly QueueTable _table;
    private Thread? _thread;
    private bool _isStarted;
    private int _wakesSeen;
    private DateTimeOffset _lastTick;

    public MailQueue(QueueDependencies dependencies)
    {
        _dependencies = dependencies;
        _spool = dependencies.Spool;
        _table = new QueueTable(dependencies.Spool, dependencies.NextHopOf);
        _events = new QueueEvents(dependencies.Workers, dependencies.Log, dependencies.Time);
        _notifier = new Notifier(_table, _events, dependencies);
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
            lock (_table.Lock)
                Admit(entry, isNew: false);
        lock (_table.Lock)
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
        lock (_table.Lock)
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
        lock (_table.Lock)
            _table.Close();
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
        lock (_table.Lock)
            _table.Clear();
        return ended;
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    /// <summary>Does all that is due at this moment.</summary>
    internal void Tick()
    {
        bool more;
        do
        {
            lock (_table.Lock)
            {
                FollowClock();
                more = DeferSome();
                more |= MakeSomeReady();
            }
            more |= _notifier.BeginNext();
            StartAttempts();
        }
        while (more);
    }

    /// <summary>When <see cref="Tick"/> has to be called next; null: not before something happens.</summary>
    internal DateTimeOffset? NextDue
    {
        get
        {
            lock (_table.Lock)
                return Earliest(Earliest(_table.NextDue, _notifier.NextDue), _pausedUntil > Now ? _pausedUntil : null);
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
        _table.Shift(-back);
        _notifier.Shift(-back);
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
        lock (_table.Lock)
        {
            if (_table.Wakes == _wakesSeen && !_table.IsClosed && wait > TimeSpan.Zero)
                _table.Wait(wait < LongestSleep ? wait + TimeSpan.FromMilliseconds(1) : LongestSleep);
            _wakesSeen = _table.Wakes;
            return !_table.IsClosed;
        }
    }

    private void Admit(ISpoolEntry entry, bool isNew)
    {
        if (_table.Admit(entry, _dependencies.Schedule(), Now) is not { } item)
            return;
        if (isNew)
            _events.Announce(item, item.Recipients, QueueEventKind.Queued);
        else
            _notifier.AddIfDue(item);
        LineUp();
    }

    private bool MakeSomeReady()
    {
        DateTimeOffset now = Now;
        for (int i = 0; i < StepLimit; i++)
            if (!_table.TryMakeDueReady(now))
                return false;
        return true;
    }
}
