namespace MailModule.Delivery.Outgoing;

/// <summary>Where a message goes first.</summary>
public enum SubmissionRoute
{
    /// <summary>
    /// All recipients through one server that the host program names. Nothing is added to the content.
    /// </summary>
    Server,
    /// <summary>
    /// To the recipients' own servers (or the smarthost) now; mail for our own users goes into the spool.
    /// </summary>
    Direct,
    /// <summary>Into the spool, for the queue and the mailboxes.</summary>
    Queue,
}
