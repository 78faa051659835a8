using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The queue's lines about its messages, in one place. A line is made with the table's lock held, so that lines come in
/// the order of what happened, and is written without it, for a log may be a host's callback. A log that is slower than
/// lines are made holds up nobody for long: what a thread finds beyond its share is written by a worker, and beyond a
/// bound lines are lost, which the log is told.
/// </summary>
internal sealed class QueueLog(Log log, Workers workers) : IJob
{
    private const string Area = "queue";
    private const int Limit = 100_000;

    /// <summary>Lines that a thread with other work writes at most.</summary>
    private const int Share = 16;

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly object _writing = new();
    private int _lost;

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
                + $"tls={last.Tls ?? "none"} {(last.HasReply ? "said" : "happened")}="
                + last.Text.Replace("\n", " / ", StringComparison.Ordinal);
        Add(line);
    }

    /// <summary>As the other: a line that is about no message.</summary>
    public void Add(string line)
    {
        if (_lines.Count < Limit)
            _lines.Enqueue(line);
        else
            Interlocked.Increment(ref _lost);
    }

    /// <summary>
    /// Has what was made written, without any lock of the queue's. A thread that finds another writing leaves its lines
    /// to that one.
    /// </summary>
    public void Write()
    {
        if (_lines.IsEmpty || !Monitor.TryEnter(_writing))
            return;
        try
        {
            for (int i = 0; i < Share && TryWriteLine(); i++)
            {
            }
        }
        finally
        {
            Monitor.Exit(_writing);
        }
        if (!_lines.IsEmpty)
            workers.Run(this);
    }

    /// <summary>Writes all that was made before. Blocks as long as the log does.</summary>
    public void WriteAll()
    {
        lock (_writing)
            while (TryWriteLine())
            {
            }
    }

    void IJob.Run() => WriteAll();

    private bool TryWriteLine()
    {
        if (Volatile.Read(ref _lost) > 0 && Interlocked.Exchange(ref _lost, 0) is var lost)
            log.Write(LogLevel.Error, Area, $"the log is too slow: {lost} lines about messages are lost");
        bool isThere = _lines.TryDequeue(out string? line);
        if (isThere)
            log.Write(LogLevel.Info, Area, line!);
        return isThere;
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
