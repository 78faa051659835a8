using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Queue;

/// <summary>
/// Tells the log and the listener what happened; what a slow listener does is <see cref="EventQueue{TEvent}"/>'s.
/// </summary>
internal sealed class QueueEvents(Workers workers, Log log, TimeProvider time)
{
    private readonly QueueLog _lines = new(log, workers);
    private readonly EventQueue<QueueEvent> _heard = new("queue", log);

    /// <summary>
    /// The same has happened to each of these recipients. With the table's lock held; runs nothing of the host's.
    /// </summary>
    public void Announce(QueueItem item, IReadOnlyList<QueueRecipient> recipients, QueueEventKind kind)
    {
        for (int i = 0; i < recipients.Count; i++)
        {
            _lines.Add(item, recipients[i], kind);
            if (_heard.IsHeard)
                Post(EventOf(item, recipients[i], kind));
            else
                _heard.Count();
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
        => _heard.Post(workers, unnumbered, static (one, sequence) => one with { Sequence = sequence });

    /// <inheritdoc cref="EventQueue{TEvent}.TrySetListener"/>
    public void SetListener(Action<QueueEvent>? listener) => TrySetListener(listener, Timeout.InfiniteTimeSpan);

    /// <inheritdoc cref="EventQueue{TEvent}.TrySetListener"/>
    public bool TrySetListener(Action<QueueEvent>? listener, TimeSpan timeout)
        => _heard.TrySetListener(listener, timeout);
}
