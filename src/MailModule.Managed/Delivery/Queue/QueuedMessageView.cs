using MailModule.Mail;

namespace MailModule.Delivery.Queue;

/// <summary>One queued message at one moment.</summary>
/// <param name="Length">Octets on the wire.</param>
/// <param name="Expires">When the message is given up.</param>
/// <param name="Recipients">The remote ones, done or not.</param>
public sealed record QueuedMessageView(
    string Id, MailAddress ReversePath, DateTimeOffset Received, DateTimeOffset Expires, long Length,
    IReadOnlyList<QueuedRecipientView> Recipients);
