namespace MailModule.Delivery.Outgoing;

/// <summary>How far an outgoing message has come; the numbers are the C edge's <c>MM_SEND_STATE_…</c>.</summary>
public enum SubmissionState
{
    New = 0,
    FindHost = 1,
    Connecting = 2,
    Dialog = 3,
    Sending = 4,
    /// <summary>Final for a recipient: the server, or our own mailbox's spool, has taken it.</summary>
    Done = 5,
    /// <summary>Final for a recipient as far as the call goes: the durable queue has it.</summary>
    Queued = 6,
    /// <summary>Final for a recipient: refused or given up.</summary>
    Failed = 7,
}
