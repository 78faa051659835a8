namespace MailModule.Delivery.Outgoing;

/// <summary>How far an outgoing message has come.</summary>
internal enum SubmissionState
{
    FindHost,
    Connecting,
    Dialog,
    Sending,
    /// <summary>Final for a recipient: the server has taken it.</summary>
    Done,
    /// <summary>Final for a recipient: refused or given up.</summary>
    Failed,
    /// <summary>Final for a recipient: the durable queue has it.</summary>
    Queued,
}

/// <summary>
/// Hears of the states of an outgoing message: on workers, in order, one call at a time. May block; does not throw.
/// </summary>
internal interface ISubmissionObserver
{
    /// <param name="state">Done, Queued or Failed comes exactly once for each recipient.</param>
    /// <param name="value">Octets of the message sent so far; for Failed the reply code, or the fault's number below 0
    /// if there was no reply.</param>
    /// <param name="recipient">Empty for a state that concerns all, or several.</param>
    void StateChanged(SubmissionState state, long value, string recipient);

    /// <summary>The last call, after every recipient's final state.</summary>
    void Finished();
}
