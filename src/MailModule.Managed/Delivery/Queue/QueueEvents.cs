using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Queue;

/// <summary>
/// Tells the log and the listener what happened. Events come to the listener in order, one at a time, on a worker, so
/// that a slow listener holds up nothing else. How many wait for it is bounded; beyond that bound events are lost,
/// which a gap in their numbers shows.
/// </summary>
internal sealed class QueueEvents(Workers workers, Log log, TimeProvider time) : IJob
{
    private const int Limit = 100_000;

    [ThreadStatic]
    private static QueueEvents? t_calling;

    private readonly QueueLog _lines = new(log, workers);
    private readonly object _lock = new();
    private readonly Queue<QueueEvent> _waiting = new();
    private Action<QueueEvent>? _listener;
    private Action<QueueEvent>? _called;
    private long _sequence;
    private bool _isRunning;

    /// <summary>
    /// The same has happened to each of these recipients. With the table's lock held; runs nothing of the host's.
    /// </summary>
    public void Announce(QueueItem item, IReadOnlyList<QueueRecipient> recipients, QueueEventKind kind)
    {
        for (int i = 0; i < recipients.Count; i++)
        {
            _lines.Add(item, recipients[i], kind);
            if (Volatile.Read(ref _listener) is null)
                Interlocked.Increment(ref _sequence); // counts all the same
            else
                Post(EventOf(item, recipients[i], kind));
        }
    }

    /// <summary>A message has brought a mailbox here near its quota, or to it. Any thread; runs nothing of the
    /// host's.</summary>
    /// <param name="index">Of the message's recipient.</param>
    public void AnnounceLevel(ISpoolEntry entry, int index, MailboxLevel level)
    {
        AttemptResult result = level.IsFull
            ? AttemptResult.OfThisHost(Fault.Full, "4.2.2", "The mailbox is full")
            : AttemptResult.OfThisHost(Fault.None, "2.0.0", "The mailbox is nearly full");
        Post(EventOf(entry, index, QueueEventKind.Quota) with { Result = result, Mailbox = level });
    }

    /// <summary>An operator has taken out a recipient that waited for a mailbox here. As the other.</summary>
    public void AnnounceRemoved(ISpoolEntry entry, int index)
    {
        QueueEvent removed = EventOf(entry, index, QueueEventKind.Removed);
        _lines.Add($"{removed.Id} removed to=<{removed.Recipient.Text}>");
        Post(removed);
        WriteLines();
    }

    /// <summary>Tells the log alone. With the table's lock held; runs nothing of the host's.</summary>
    public void Note(string line) => _lines.Add(line);

    /// <summary>Writes the lines of what was announced. Without the table's lock.</summary>
    public void WriteLines() => _lines.Write();

    /// <summary>As <see cref="WriteLines"/>, to the last; for the queue's end.</summary>
    public void WriteAllLines() => _lines.WriteAll();

    private QueueEvent EventOf(QueueItem item, QueueRecipient recipient, QueueEventKind kind)
    {
        DateTimeOffset? next = kind == QueueEventKind.Deferred ? recipient.NextAttempt : null;
        return new QueueEvent(
            0, kind, item.Id, item.Entry.Envelope.ReversePath, recipient.Index, item.RecipientOf(recipient).Address,
            time.GetUtcNow(), recipient.Attempts, recipient.Last, next);
    }

    private QueueEvent EventOf(ISpoolEntry entry, int index, QueueEventKind kind)
    {
        Envelope envelope = entry.Envelope;
        return new QueueEvent(
            0, kind, entry.Id, envelope.ReversePath, index, envelope.Recipients[index].Address, time.GetUtcNow(), 0,
            null, null);
    }

    private void Post(QueueEvent unnumbered)
    {
        lock (_lock)
        {
            long sequence = Interlocked.Increment(ref _sequence);
            if (_listener is null || _waiting.Count >= Limit)
                return;
            _waiting.Enqueue(unnumbered with { Sequence = sequence });
            if (_isRunning)
                return;
            _isRunning = true;
        }
        workers.Run(this);
    }

    /// <summary>
    /// When this returns the old listener is not called any more, unless it is the old listener that calls this.
    /// </summary>
    public void SetListener(Action<QueueEvent>? listener) => TrySetListener(listener, Timeout.InfiniteTimeSpan);

    /// <summary>As <see cref="SetListener"/>; false if the old listener has not come back in the time.</summary>
    public bool TrySetListener(Action<QueueEvent>? listener, TimeSpan timeout)
    {
        long began = Environment.TickCount64;
        lock (_lock)
        {
            Action<QueueEvent>? old = _listener;
            Volatile.Write(ref _listener, listener);
            _waiting.Clear();
            while (old is not null && ReferenceEquals(_called, old) && t_calling != this)
            {
                TimeSpan left = timeout < TimeSpan.Zero
                    ? timeout
                    : timeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
                if (timeout >= TimeSpan.Zero && left <= TimeSpan.Zero)
                    return false;
                Monitor.Wait(_lock, left);
            }
            return true;
        }
    }

    public void Run()
    {
        t_calling = this;
        while (TryDequeue(out QueueEvent one, out Action<QueueEvent> listener))
            Call(one, listener);
        t_calling = null;
    }

    // A listener should not throw; if it does, the next event must still reach it.
    private void Call(QueueEvent one, Action<QueueEvent> listener)
    {
        try
        {
            listener(one);
        }
        catch (Exception e)
        {
            log.Write(LogLevel.Error, "queue", $"the listener failed: {e}");
        }
    }

    private bool TryDequeue(out QueueEvent one, out Action<QueueEvent> listener)
    {
        lock (_lock)
        {
            _called = null;
            _isRunning = _waiting.TryDequeue(out one!) && _listener is not null;
            listener = _listener!;
            if (_isRunning)
                _called = listener;
            Monitor.PulseAll(_lock);
            return _isRunning;
        }
    }
}
