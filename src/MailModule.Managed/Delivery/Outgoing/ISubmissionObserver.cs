namespace MailModule.Delivery.Outgoing;

/// <summary>
/// Hears how an outgoing message gets on. Called on workers, never on the thread that sends the message or the I/O
/// thread; calls for one message never overlap and come in order. May block; does not throw.
/// </summary>
public interface ISubmissionObserver
{
    /// <summary>In place of a recipient's index: the state concerns all recipients, or several.</summary>
    const int All = -1;

    /// <param name="state">Each recipient's final state (Done, Queued or Failed) comes exactly once.</param>
    /// <param name="value">Octets of the message sent so far; for Failed the SMTP reply code, or a fault's number below
    /// 0 if there was no reply.</param>
    /// <param name="recipient">Index of the recipient it is about, in the message's order, or
    /// <see cref="All"/>.</param>
    void StateChanged(SubmissionState state, long value, int recipient);

    /// <summary>The last call, exactly once, after every recipient's final state.</summary>
    void Finished();
}
