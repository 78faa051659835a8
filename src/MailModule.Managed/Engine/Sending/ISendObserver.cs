namespace MailModule.Engine.Sending;

/// <summary>
/// Hears how an outgoing message gets on. Called on workers, never on the caller of <see cref="IOutgoingStream.End"/>
/// or the I/O thread; calls for one message never overlap and come in order. Does not throw; may block.
/// </summary>
public interface ISendObserver
{
    /// <param name="state">Each recipient's final state (Done, Queued or Failed) comes exactly once.</param>
    /// <param name="value">Octets of the message sent so far; for Failed the SMTP reply code, or a fault's number below
    /// 0 if there was no reply.</param>
    /// <param name="recipient">The address it is about; empty for a state that concerns all of them.</param>
    void StateChanged(SendState state, long value, string recipient);

    /// <summary>
    /// The last call, exactly once for each stream whose <see cref="IOutgoingStream.End"/> returned
    /// <see cref="Primitives.Fault.None"/> or a failure of sending, after every recipient's final state. Synchronous:
    /// before End returns. Not called when End answers <see cref="Primitives.Fault.State"/>.
    /// </summary>
    void Finished();
}
