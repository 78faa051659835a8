using MailModule.Mail;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>One recipient of a queued message at one moment.</summary>
/// <param name="Index">Its place in the envelope: two recipients may have one address.</param>
/// <param name="NextAttempt">Null unless deferred.</param>
/// <param name="Result">What the last attempt brought; null before the first.</param>
public sealed record QueuedRecipientView(
    int Index, MailAddress Address, QueueState State, int Attempts, DateTimeOffset? LastAttempt,
    DateTimeOffset? NextAttempt, AttemptResult? Result);
