using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

/// <summary>One recipient of a queued message at one moment.</summary>
/// <param name="NextAttempt">Null unless deferred.</param>
/// <param name="Host">The host that said <paramref name="Reply"/>; empty if none did.</param>
/// <param name="Reply">The last reply or what happened; empty before the first attempt.</param>
/// <param name="Status">Enhanced status (RFC 3463) of the reply; empty if there is none.</param>
public sealed record QueuedRecipientView(
    MailAddress Address, QueueState State, int Attempts, DateTimeOffset? LastAttempt, DateTimeOffset? NextAttempt,
    Fault Fault, int ReplyCode, string Status, string Reply, string Host);
