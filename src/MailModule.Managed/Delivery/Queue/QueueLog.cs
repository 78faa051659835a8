using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The queue's lines about its messages, in one place. A line is made with the table's lock held, so that lines come in
/// the order of what happened, and is written without it, for a log may be a host's callback.
/// </summary>
internal sealed class QueueLog(Log log)
{
    private const string Area = "queue";

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly object _writing = new();

    /// <summary>Makes a line, which the next <see cref="Write"/> writes.</summary>
    public void Add(QueueItem item, QueueRecipient recipient, QueueEventKind kind)
    {
        if (!log.IsEnabled(LogLevel.Info))
            return;
        AttemptResult? last = recipient.Last;
        string to = item.RecipientOf(recipient).Address.Text;
        string line = $"{item.Id} {Word(kind)} to=<{to}>";
        if (last is not null)
            line += $" host={last.Speaker} attempts={recipient.Attempts} status={last.Status} "
                + $"tls={last.Tls ?? "none"} said={last.Text.Replace("\n", " / ", StringComparison.Ordinal)}";
        _lines.Enqueue(line);
    }

    /// <summary>
    /// Writes what was made, without any lock of the queue's. A thread that finds another writing leaves its lines to
    /// that one, which looks for more after it has ended.
    /// </summary>
    public void Write()
    {
        while (!_lines.IsEmpty && Monitor.TryEnter(_writing))
        {
            try
            {
                while (_lines.TryDequeue(out string? line))
                    log.Write(LogLevel.Info, Area, line);
            }
            finally
            {
                Monitor.Exit(_writing);
            }
        }
    }

    private static string Word(QueueEventKind kind) => kind switch
    {
        QueueEventKind.Queued => "queued",
        QueueEventKind.Deferred => "deferred",
        QueueEventKind.Delivered => "delivered",
        QueueEventKind.Bounced => "bounced",
        _ => "removed",
    };
}
