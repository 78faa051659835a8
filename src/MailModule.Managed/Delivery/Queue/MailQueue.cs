using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The durable outgoing queue: takes committed messages with remote recipients, brings them to their next hops, tries
/// again by the schedule, and sends DSNs of what failed. What it knows beyond the envelope lives in the spool's notes
/// and marks, so that a start goes on where the last one ended.
/// <para>
/// This is its face, which puts the parts together: the <see cref="QueueTable"/> has the messages, their states and the
/// one lock; the <see cref="Dispatcher"/> brings what is ready onto connections; the <see cref="ResultHandler"/> says
/// what came of it; the <see cref="Notifier"/> writes copies and DSNs of what is final.
/// </para>
/// </summary>
internal sealed class MailQueue : IMailQueue, ISpoolConsumer, IDisposable
{
    /// <summary>Transactions that are made ready in one go under the lock.</summary>
    private const int StepLimit = 256;

    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ListenerGrace = TimeSpan.FromMilliseconds(500);

    private readonly QueueDependencies _dependencies;
    private readonly QueueTable _table;
    private readonly QueueEvents _events;
    private readonly Notifier _notifier;
    private readonly ResultHandler _results;
    private readonly Dispatcher _dispatcher;
    private readonly Redirection _redirection;
    private readonly QueueThread _thread;
    private DateTimeOffset _lastTick;

    public MailQueue(QueueDependencies dependencies)
    {
        _dependencies = dependencies;
        _table = new QueueTable(dependencies.Spool, dependencies.NextHopOf);
        _events = new QueueEvents(dependencies.Workers, dependencies.Log, dependencies.Time);
        _notifier = new Notifier(_table, _events, dependencies);
        _results = new ResultHandler(_table, _notifier, _events, dependencies);
        _dispatcher = new Dispatcher(_table, _results, _events, dependencies);
        _redirection = new Redirection(_table, _results, dependencies);
        _thread = new QueueThread(_table, () => NextDue, Tick, dependencies);
    }

    public QueueCounts Counts
    {
        get
        {
            lock (_table.Lock)
                return _table.Counts;
        }
    }

    /// <summary>When <see cref="Tick"/> has to be called next; null: not before something happens.</summary>
    internal DateTimeOffset? NextDue
    {
        get
        {
            lock (_table.Lock)
                return Earliest(Earliest(_table.NextDue, _notifier.NextDue), _dispatcher.NextDue);
        }
    }

    private DateTimeOffset Now => _dependencies.Time.GetUtcNow();

    /// <summary>Begins to deliver what the spool has handed over, and what it will.</summary>
    /// <returns>False: the system gives no thread.</returns>
    public bool Start()
    {
        Resume();
        return _thread.Start();
    }

    /// <summary>As <see cref="Start"/>, without a thread: the caller calls <see cref="Tick"/>.</summary>
    internal void Resume()
    {
        lock (_table.Lock)
            _dispatcher.Start();
        Tick();
    }

    /// <summary>The queue is never behind: an item is small, and its content need not be in memory.</summary>
    bool ISpoolConsumer.Take(ISpoolEntry entry, bool isNew, Action resume)
    {
        Enqueue(entry, isNew);
        return true;
    }

    /// <summary>Takes an entry into the queue, unless it has no open remote recipient. Any thread; does not
    /// block.</summary>
    public void Enqueue(ISpoolEntry entry, bool isNew = true)
    {
        lock (_table.Lock)
            Admit(entry, isNew);
        _dispatcher.StartAttempts();
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
        bool ended = WaitForWork(timeout);
        if (!ended)
        {
            _dispatcher.CancelAttempts();
            ended = WaitForWork(CancelGrace);
        }
        _thread.Join();
        _events.WriteAllLines();
        TimeSpan left = timeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
        ended &= _events.TrySetListener(null, left > ListenerGrace ? left : ListenerGrace);
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
                AdmitClaimedAgain();
                more = _dispatcher.DeferSome();
                more |= MakeSomeReady();
            }
            more |= _notifier.BeginNext();
            _dispatcher.GiveUpSilent();
            _dispatcher.StartAttempts();
        }
        while (more);
    }

    public IReadOnlyList<string> List()
        => [.. ListWithTimes().OrderBy(one => one.Received).ThenBy(one => one.Id, StringComparer.Ordinal)
            .Select(one => one.Id)];

    /// <summary>All messages at this moment, in no order.</summary>
    public IEnumerable<(string Id, DateTimeOffset Received)> ListWithTimes()
    {
        QueueItem[] items;
        lock (_table.Lock)
            items = _table.All;
        return items.Select(item => (item.Id, item.Received));
    }

    public bool Contains(string id)
    {
        lock (_table.Lock)
            return _table.TryFind(id, out _);
    }

    public Fault Find(string id, out QueuedMessageView? message)
    {
        message = null;
        lock (_table.Lock)
        {
            if (!_table.TryFind(id, out QueueItem item))
                return NoMessage(id);
            message = item.View(_dependencies.Schedule().Expires(item.Release));
            return Fault.None;
        }
    }

    public Fault OpenContent(string id, out Stream? content)
    {
        content = null;
        QueueItem item;
        lock (_table.Lock)
            if (!_table.TryFind(id, out item))
                return NoMessage(id);
        content = new QueuedContent(item.Entry.Content.OpenRead(), () => IsHere(item));
        return Fault.None;
    }

    public Fault Retry(string? id)
    {
        lock (_table.Lock)
            _dispatcher.ForgetFailures();
        return ChangeEach(id, _table.Retry);
    }

    public Fault Hold(string? id) => ChangeEach(id, item =>
    {
        _table.Hold(item);
        _notifier.AddIfDue(item);
        _table.SaveNote(item);
    });

    public Fault Release(string? id) => ChangeEach(id, item =>
    {
        _table.Release(item);
        _table.SaveNote(item);
    });

    public Fault Remove(string? id) => ChangeEach(id, item =>
    {
        foreach (QueuedTransaction queued in _table.Remove(item))
            _results.Remove(queued);
    });

    public Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId)
    {
        Fault fault = _redirection.Redirect(id, recipient, target, out newId);
        _dispatcher.StartAttempts();
        return fault;
    }

    public void SetListener(Action<QueueEvent>? listener) => _events.SetListener(listener);

    /// <inheritdoc cref="QueueEvents.AnnounceLevel"/>
    public void AnnounceLevel(ISpoolEntry entry, int index, MailboxLevel level)
        => _events.AnnounceLevel(entry, index, level);

    /// <inheritdoc cref="QueueEvents.AnnounceRemoved"/>
    public void AnnounceRemoved(ISpoolEntry entry, int index) => _events.AnnounceRemoved(entry, index);

    private void Admit(ISpoolEntry entry, bool isNew)
    {
        if (_table.Admit(entry, _dependencies.Schedule(), Now) is not { } item)
            return;
        if (item.IsHeldBack(Now))
            _table.SaveNote(item); // so that its content leaves memory
        if (isNew)
            _events.Announce(item, item.Recipients, QueueEventKind.Queued);
        else
            _notifier.AddIfDue(item);
        _dispatcher.LineUp();
    }

    private void AdmitClaimedAgain()
    {
        while (_table.TryTakeClaimedAgain(out ISpoolEntry entry))
            Admit(entry, isNew: false);
    }

    // A clock that was set back would make everything that has a time wait until the clock comes there once more.
    private void FollowClock()
    {
        DateTimeOffset now = Now;
        TimeSpan back = _lastTick - now;
        _lastTick = now;
        if (back <= QueueThread.LongestSleep)
            return;
        _table.Shift(-back);
        _notifier.Shift(-back);
        _dispatcher.Shift(-back);
    }

    private bool MakeSomeReady()
    {
        DateTimeOffset now = Now;
        for (int i = 0; i < StepLimit; i++)
            if (!_table.TryMakeDueReady(now))
                return false;
        return true;
    }

    // Each message under the lock by itself, so that a change of all messages holds up nothing else.
    private Fault ChangeEach(string? id, Action<QueueItem> change)
    {
        if (!TryChoose(id, out QueueItem[] items))
            return NoMessage(id);
        foreach (QueueItem item in items)
            lock (_table.Lock)
            {
                if (!_table.Holds(item))
                    continue;
                change(item);
                _dispatcher.LineUp();
            }
        _dispatcher.StartAttempts();
        return Fault.None;
    }

    internal static Fault NoMessage(string? id)
        => FaultReason.Because(Fault.NotFound, $"no message {id} is in the queue");

    private bool TryChoose(string? id, out QueueItem[] items)
    {
        lock (_table.Lock)
        {
            if (id is null)
                items = _table.All;
            else
                items = _table.TryFind(id, out QueueItem one) ? [one] : [];
            return id is null || items.Length > 0;
        }
    }

    private bool IsHere(QueueItem item)
    {
        lock (_table.Lock)
            return _table.Holds(item);
    }

    private bool WaitForWork(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_table.Lock)
        {
            while (_dispatcher.IsBusy || _notifier.IsBusy || _redirection.IsBusy)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                    return false;
                _table.Wait(TimeSpan.FromMilliseconds(Math.Min(left, int.MaxValue)));
            }
            return true;
        }
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other)
        => one is null || other < one ? other : one;
}
