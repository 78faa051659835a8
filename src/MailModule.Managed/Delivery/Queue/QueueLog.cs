using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>The queue's lines in the log, in one place.</summary>
internal static class QueueLog
{
    private const string Area = "queue";

    public static void Write(Log log, QueueItem item, QueueRecipient recipient, QueueEventKind kind)
    {
        if (!log.IsEnabled(LogLevel.Info))
            return;
        AttemptResult? last = recipient.Last;
        string to = item.RecipientOf(recipient).Address.Text;
        if (last is null)
            log.Write(LogLevel.Info, Area, $"{item.Id} {Word(kind)} to=<{to}>");
        else
            log.Write(LogLevel.Info, Area,
                $"{item.Id} {Word(kind)} to=<{to}> host={last.Speaker} attempts={recipient.Attempts} "
                    + $"status={last.Status} tls={last.Tls ?? "none"} said={last.Text.Replace("\n", " / ", StringComparison.Ordinal)}");
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
