using System.Net;
using MailModule.Engine.Proxying;
using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving;

/// <summary>
/// What the servers say to the log, all in one place. A line is made only if somebody wants it; none holds a password
/// or a message's content.
/// </summary>
internal static class ServingLog
{
    public static void Accepted(this Log log, string id, Envelope envelope, long length)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(
                LogLevel.Info, "smtp",
                $"{id}: accepted from=<{envelope.ReversePath}> recipients={envelope.Recipients.Count} "
                    + $"octets={length} client={envelope.Client?.Address}");
    }

    public static void AcceptedByHost(this Log log, Envelope envelope)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(
                LogLevel.Info, "smtp",
                $"taken by the host from=<{envelope.ReversePath}> recipients={envelope.Recipients.Count} "
                    + $"client={envelope.Client?.Address}");
    }

    public static void NotStored(this Log log, Envelope envelope, Fault fault)
        => log.Write(LogLevel.Error, "smtp", $"a message from=<{envelope.ReversePath}> could not be stored: "
            + FaultWords.Of(fault));

    public static void RecipientRefused(this Log log, MailAddress recipient, RelayRefusal refusal, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "smtp", $"recipient <{recipient}> refused: {refusal} client={client?.Address}");
    }

    public static void SenderRefused(this Log log, MailAddress sender, SenderRefusal refusal, SmtpSession session)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(
                LogLevel.Info, "smtp",
                $"sender <{sender}> refused: {(refusal == SenderRefusal.Ours ? "nouncheckip" : "smtp_authsame")}"
                    + (session.AuthenticatedUser is { } user ? $" login={user}" : "")
                    + $" client={session.RemoteEndPoint?.Address}");
    }

    public static void RelayOfSenderRefused(this Log log, MailAddress sender, MailAddress recipient, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(
                LogLevel.Info, "smtp",
                $"recipient <{recipient}> refused: nosmtp_any, and <{sender}> is nobody of ours "
                    + $"client={client?.Address}");
    }

    public static void OverVolume(this Log log, long declared, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(
                LogLevel.Info, "smtp", $"mail refused: over the volume of smtp_ltime, size={declared} "
                    + $"client={client?.Address}");
    }

    public static void MailboxFull(this Log log, Recipient recipient, MailboxUsage usage, SmtpSession session)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(
                LogLevel.Info, "smtp", $"recipient <{recipient.Address}> refused: quota of {recipient.Maildrop}, "
                    + $"octets={usage.Octets} messages={usage.Messages} size={session.DeclaredSize} "
                    + $"client={session.RemoteEndPoint?.Address}");
    }

    public static void Banned(this Log log, IPAddress client, int count, TimeSpan time)
        => log.Write(
            LogLevel.Warning, "smtp", $"banned for {time.TotalSeconds} s: {count} unknown recipients within an hour "
                + $"client={client}");

    public static void Barred(this Log log, long others, string key, IPAddress client)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(
                LogLevel.Info, "servers", $"connection refused: {key}"
                    + (others > 0 ? $", and {others} more since the last such line" : "") + $" client={client}");
    }

    public static void RefusedByHost(this Log log, Reply reply, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "smtp", $"refused by the host: {reply} client={client?.Address}");
    }

    /// <param name="text">What a client of POP3 hears; null: the ordinary text.</param>
    public static void RefusedByHost(this Log log, string? text, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "pop3", $"refused by the host: {text ?? "-ERR"} client={client?.Address}");
    }

    public static void Login(this Log log, string area, string user, bool succeeded, IPEndPoint? client)
    {
        LogLevel level = succeeded ? LogLevel.Info : LogLevel.Warning;
        if (log.IsEnabled(level))
            log.Write(
                level, area,
                $"login of {ProxiedLogin.Shown(user)} {(succeeded ? "succeeded" : "failed")} client={client?.Address}");
    }

    public static void LoginThrottled(this Log log, string area, string user, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Warning))
            log.Write(
                LogLevel.Warning, area,
                $"login of {ProxiedLogin.Shown(user)} not tried: too many failed client={client?.Address}");
    }

    public static void TooManyRecipientsRefused(this Log log, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Warning))
            log.Write(LogLevel.Warning, "smtp", $"too many unknown recipients, closed client={client?.Address}");
    }

    public static void OtherProtocol(this Log log, string area, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Warning))
            log.Write(LogLevel.Warning, area, $"another protocol is spoken here, closed client={client?.Address}");
    }

    /// <param name="outcome">Its text may be the other server's words, which may be anything: it is not told.</param>
    public static void PassedOn(
        this Log log, string user, string server, RemoteLoginOutcome outcome, IPEndPoint? client)
    {
        string what = outcome.IsAccepted ? "passed on" : outcome.IsRefusal ? "refused there" : "not passed on";
        if (log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "pop3", $"login of {user} at {server} {what} client={client?.Address}");
    }

    public static void Expired(this Log log, string user, int count)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "pop3", $"{count} messages of {user} have expired and are deleted");
    }

    public static void Deleted(this Log log, string user, int deleted, int kept)
    {
        if (log.IsEnabled(LogLevel.Info))
            log.Write(
                LogLevel.Info, "pop3",
                $"{user} deleted {deleted} messages{(kept > 0 ? $", {kept} could not be deleted" : "")}");
    }
}
