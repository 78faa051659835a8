using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

/// <summary>Where a recipient in the queue is; the numbers are the C edge's <c>MM_QUEUE_STATE_…</c>.</summary>
public enum QueueState
{
    /// <summary>Its turn has come; it waits for a connection.</summary>
    Ready = 1,
    /// <summary>Handed to a connection.</summary>
    Active = 2,
    /// <summary>It waits for its next attempt.</summary>
    Deferred = 3,
    /// <summary>Not tried until it is released.</summary>
    Held = 4,
    /// <summary>Failed for good; the report to the sender is being written.</summary>
    Failed = 5,
    /// <summary>Done: it no longer counts.</summary>
    Done = 6,
}

/// <summary>One recipient of a queued message at one moment.</summary>
/// <param name="NextAttempt">Null unless deferred.</param>
/// <param name="Host">Who said <paramref name="Reply"/>; empty if nobody did.</param>
/// <param name="Reply">The last reply or what happened; empty before the first attempt.</param>
/// <param name="Status">Enhanced status of it; empty if there is none.</param>
public sealed record QueuedRecipient(MailAddress Address, QueueState State, int Attempts, DateTimeOffset? LastAttempt, DateTimeOffset? NextAttempt,
    Fault Fault, int ReplyCode, string Status, string Reply, string Host);

/// <summary>One queued message at one moment.</summary>
/// <param name="Length">Octets on the wire.</param>
/// <param name="Expires">When it is given up.</param>
/// <param name="Recipients">The remote ones, done or not.</param>
public sealed record QueuedMessage(string Id, MailAddress ReversePath, DateTimeOffset Received, DateTimeOffset Expires, long Length, IReadOnlyList<QueuedRecipient> Recipients);

/// <summary>How much waits. Recipients count in one of the last five.</summary>
public readonly record struct QueueCounts(int Messages, int Recipients, int Ready, int Active, int Deferred, int Held, int Failed);

/// <summary>What happened to a message in the queue; the numbers are the C edge's.</summary>
public enum QueueEventKind
{
    /// <summary>Accepted, durable.</summary>
    Queued = 1,
    /// <summary>An attempt failed; another follows.</summary>
    Deferred = 2,
    /// <summary>Another host has taken it.</summary>
    Delivered = 3,
    /// <summary>Given up for good; its sender is told where that is due.</summary>
    Bounced = 4,
    /// <summary>Taken out by the host.</summary>
    Removed = 5,
}

/// <summary>One event of the queue, about one recipient.</summary>
/// <param name="Sequence">Grows by one with each event since the engine's start, whether heard or not: a gap says that events were lost because the listener was too slow.</param>
/// <param name="NextAttempt">For <see cref="QueueEventKind.Deferred"/>.</param>
public sealed record QueueEvent(long Sequence, QueueEventKind Kind, string Id, MailAddress Sender, MailAddress Recipient, DateTimeOffset At, int Attempts,
    Fault Fault, int ReplyCode, string Status, string Reply, string Host, string? Tls, DateTimeOffset? NextAttempt);
