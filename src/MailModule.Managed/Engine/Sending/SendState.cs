namespace MailModule.Engine.Sending;

/// <summary>Where an outgoing message is; the numbers are the C edge's <c>MM_SEND_STATE_…</c>.</summary>
public enum SendState
{
    New = 0,
    FindHost = 1,
    Connecting = 2,
    Dialog = 3,
    Sending = 4,
    /// <summary>Final for a recipient: the server has taken it.</summary>
    Done = 5,
    /// <summary>Final for a recipient as far as the call goes: the durable queue has taken it.</summary>
    Queued = 6,
    /// <summary>Final for a recipient: refused or given up.</summary>
    Failed = 7,
}
