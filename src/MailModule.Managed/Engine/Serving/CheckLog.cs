using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving;

/// <summary>What the checks of strangers say to the log: which rule, zone or list, about whom.</summary>
internal static class CheckLog
{
    /// <param name="check">The setting it is of.</param>
    /// <param name="reason">By which rule, zone, or file and line.</param>
    public static void RefusedByCheck(this Log log, SmtpSession session, string check, string reason, Reply reply)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "smtp", $"refused by {check}: {reason}{Who(session)} reply={reply.Code}");
    }

    public static void PassedByCheck(this Log log, SmtpSession session, string check, string reason)
    {
        if (log.IsEnabled(LogLevel.Debug))
            log.Write(LogLevel.Debug, "smtp", $"passed by {check}: {reason}{Who(session)}");
    }

    public static void PutOnSpammerList(this Log log, SmtpSession session, string check, string reason)
        => log.Write(LogLevel.Warning, "smtp", $"put on the list of spammers by {check}: {reason}{Who(session)}");

    private static string Who(SmtpSession session)
    {
        Envelope envelope = session.Envelope;
        string sender = session.Helo.Length > 0 && envelope.Client is not null ? $" from=<{envelope.ReversePath}>" : "";
        return $"{sender} client={session.RemoteEndPoint?.Address} helo={session.Helo}";
    }
}
