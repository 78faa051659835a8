using MailModule.Primitives;

namespace MailModule.Engine.Sending;

/// <summary>A message that the host program is writing and then sends. One thread at a time.</summary>
public interface IOutgoingStream
{
    /// <summary>
    /// Appends content, cut anywhere; a bare LF becomes CRLF on the wire. Never waits for the network. Memory,
    /// then a file of mode 0600. <see cref="Fault.Full"/> or <see cref="Fault.Io"/> when it cannot be kept,
    /// <see cref="Fault.Cancelled"/> when the engine was stopped since.
    /// </summary>
    Fault Write(ReadOnlySpan<byte> content);

    /// <summary>
    /// Ends the content and sends the message; called once. Synchronous: returns when every recipient has its final
    /// state and the observer's last call has returned, with None or the worst failure. With the setting <c>async</c>:
    /// returns None at once. A failure before anything was tried (the content could not be kept, the engine was
    /// stopped) is reported to the observer like any other. On the I/O thread a synchronous call is
    /// <see cref="Fault.State"/>, for it would wait for itself; the stream stays as it was then.
    /// </summary>
    Fault End();

    /// <summary>The address of a recipient, by the index that the observer hears.</summary>
    string AddressOf(int recipient);
}
