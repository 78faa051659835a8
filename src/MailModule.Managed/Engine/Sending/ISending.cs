using System.Net;
using MailModule.Delivery.Outgoing;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Engine.Sending;

/// <summary>What became of one recipient of a sending.</summary>
/// <param name="State">Failed, Done or Queued once it is final; before that how far it has come.</param>
/// <param name="ReplyCode">The server's last reply to this recipient; 0 if it said nothing.</param>
/// <param name="Status">Enhanced status (RFC 3463) of the reply, or of what happened; empty if there is none.</param>
/// <param name="Reply">The reply's lines with LF between, or what happened in words.</param>
/// <param name="Host">Who said it; empty if nobody did.</param>
/// <param name="Tls">Protocol and cipher; null in clear text.</param>
/// <param name="IsVerified">The certificate was checked and right.</param>
/// <param name="Attempts">Connections on which this recipient was tried.</param>
/// <param name="QueueId">The message's id in the queue; empty if it is not there.</param>
/// <param name="IsUnknown">The connection was lost after the final dot: the server may have taken it (RFC 5321
/// §4.2.5).</param>
public sealed record SendResult(
    MailAddress Recipient, SubmissionState State, Fault Fault, int ReplyCode, string Status, string Reply, string Host,
    IPEndPoint? Address,
    string? Tls, bool IsVerified, int Attempts, string QueueId, bool IsUnknown);

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

    /// <summary>
    /// Gives up what is not final, with <see cref="Fault.Cancelled"/>, within 50 ms; any thread, at any time, more than
    /// once. Does not wait.
    /// </summary>
    void Cancel();

    int RecipientCount { get; }

    /// <summary>In the order of <see cref="AddRecipient"/>.</summary>
    SendResult ResultOf(int recipient);
}
