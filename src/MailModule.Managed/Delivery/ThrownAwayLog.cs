using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery;

/// <summary>The one line about a message that ends nowhere, because a rule says so.</summary>
internal static class ThrownAwayLog
{
    /// <param name="level">At most <see cref="LogLevel.Info"/>, so that it shows unless the settings say else.</param>
    /// <param name="id">The message.</param>
    /// <param name="rule">What says so: a line of a forward file, or why nobody can be told of a failure.</param>
    public static void WriteThrownAway(this Log log, LogLevel level, string id, Recipient recipient, string rule)
    {
        string user = recipient.Maildrop is { } maildrop && !maildrop.Contains('\t') ? $" (user {maildrop})" : "";
        log.Write(level, "delivery", $"{id}: thrown away for <{recipient.Address}>{user}: {rule}");
    }
}
