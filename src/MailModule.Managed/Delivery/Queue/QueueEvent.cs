using MailModule.Mail;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>One event of the queue, about one recipient.</summary>
/// <param name="Sequence">Grows by one with each event since the engine's start, whether heard or not: a gap says that
/// events were lost because the listener was too slow.</param>
/// <param name="Index">The recipient's place in the envelope: two recipients may have one address.</param>
/// <param name="Result">What the last attempt brought; null if there was none.</param>
/// <param name="NextAttempt">For <see cref="QueueEventKind.Deferred"/>.</param>
public sealed record QueueEvent(
    long Sequence, QueueEventKind Kind, string Id, MailAddress Sender, int Index, MailAddress Recipient,
    DateTimeOffset At, int Attempts, AttemptResult? Result, DateTimeOffset? NextAttempt)
{
    /// <summary>For <see cref="QueueEventKind.Quota"/>.</summary>
    public MailboxLevel? Mailbox { get; init; }
}
