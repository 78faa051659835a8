using MailModule.Delivery.Outgoing;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Engine.Sending;

/// <summary>
/// Gives the next octets of a message: the count, 0 at the end, below 0 for a failure. Called on a worker; may block.
/// </summary>
public delegate int ContentReader(Span<byte> buffer);

/// <summary>
/// One message on its way, with a result for each recipient. Up to <see cref="Start"/> one thread at a time; then any.
/// </summary>
public interface ISending : IDisposable
{
    /// <summary>
    /// <see cref="Fault.Argument"/> for what is no address or no <c>type;address</c>; <see cref="Fault.State"/> after
    /// the start.
    /// </summary>
    Fault AddRecipient(string address, Notify notify, string? originalRecipient);

    /// <summary>Appends content, with any line ends.</summary>
    Fault Write(ReadOnlySpan<byte> content);

    /// <summary>
    /// The content comes from a file, read while it is sent (for the queue: before it is durable).
    /// <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>.
    /// </summary>
    Fault SetFile(string path);

    /// <summary>
    /// The content comes from a descriptor, from its current offset to its end; duplicated, so that the caller may
    /// close its own.
    /// </summary>
    Fault SetDescriptor(int descriptor);

    /// <summary>The content comes from the host program, piece by piece.</summary>
    Fault SetReader(ContentReader reader);

    /// <summary>
    /// Ends the content and begins; returns at once. <see cref="Fault.Argument"/> without a recipient,
    /// <see cref="Fault.State"/> the second time.
    /// </summary>
    Fault Start();

    /// <summary>
    /// Blocks until every recipient has its final state (None), or the time is up (<see cref="Fault.Timeout"/>).
    /// </summary>
    Fault Wait(TimeSpan timeout);

    /// <summary>
    /// None if every recipient is sent or queued; else the worst failure. <see cref="Fault.State"/> while something is
    /// not final.
    /// </summary>
    Fault Outcome { get; }

    /// <summary>Whom the outcome is about, and what happened, for a person.</summary>
    string OutcomeText { get; }

    /// <summary>
    /// Gives up what is not final, with <see cref="Fault.Cancelled"/>, within 50 ms; any thread, at any time, more than
    /// once. Does not wait.
    /// </summary>
    void Cancel();

    int RecipientCount { get; }

    /// <summary>In the order of <see cref="AddRecipient"/>.</summary>
    SubmittedRecipientView Find(int recipient);
}
