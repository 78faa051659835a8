namespace MailModule.Delivery.Queue;

/// <summary>What happened to a message in the queue; the numbers are the C edge's.</summary>
public enum QueueEventKind
{
    /// <summary>Accepted, durable.</summary>
    Queued = 1,
    /// <summary>An attempt failed; another follows.</summary>
    Deferred = 2,
    /// <summary>Another host has taken it.</summary>
    Delivered = 3,
    /// <summary>Given up for good; the sender gets a DSN unless it wants none.</summary>
    Bounced = 4,
    /// <summary>Taken out by an operator.</summary>
    Removed = 5,
    /// <summary>It has come into a mailbox, which is nearly full by it, or full.</summary>
    Quota = 6,
}
