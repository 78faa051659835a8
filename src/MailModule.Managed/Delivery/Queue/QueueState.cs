namespace MailModule.Delivery.Queue;

/// <summary>Where a recipient in the queue is; the numbers are the C edge's <c>MM_QUEUE_STATE_…</c>.</summary>
public enum QueueState
{
    /// <summary>Due now; waits for a connection.</summary>
    Ready = 1,
    /// <summary>Handed to a connection.</summary>
    Active = 2,
    /// <summary>Waits for its next attempt.</summary>
    Deferred = 3,
    /// <summary>Not tried until it is released.</summary>
    Held = 4,
    /// <summary>Failed for good; a copy or the DSN to the sender is being written.</summary>
    Failed = 5,
    /// <summary>Done: it no longer counts.</summary>
    Done = 6,
    /// <summary>Another host has taken it; a copy or the DSN of success is being written.</summary>
    Relayed = 7,
}
