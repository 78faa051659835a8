using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The queue as an operator sees it. Any thread, while delivery runs; none of it blocks on the network. An id that is not (or no more) in the queue:
/// <see cref="Fault.NotFound"/>. Where an id may be null it means every message.
/// </summary>
public interface IMailQueue
{
    QueueCounts Counts { get; }

    /// <summary>The ids of all messages at this moment, oldest first.</summary>
    IReadOnlyList<string> List();

    Fault Find(string id, out QueuedMessageView? message);

    /// <summary>The message's text at rest, without the trace line of ours; the caller disposes of it. Reads from the disk: may block.</summary>
    Fault OpenContent(string id, out Stream? text);

    /// <summary>Makes what is deferred ready now; what is held stays. Also what is known of its next hop being down is forgotten.</summary>
    Fault Retry(string? id);

    /// <summary>Tries no more until released; what is on a connection now ends its attempt. Durable.</summary>
    Fault Hold(string? id);

    Fault Release(string? id);

    /// <summary>Takes a message out without telling anybody. What is on a connection now may still arrive.</summary>
    Fault Remove(string? id);

    /// <summary>
    /// Sends what is still open of a message to another address: a new message for it, with the same sender and text, and then the old recipients are taken out. Reports
    /// name the first address as the original one. What is on a connection now is not redirected (<see cref="Fault.State"/> if nothing else is open). Durable when it returns: blocks.
    /// </summary>
    /// <param name="recipient">One of its recipients; null: all of them. <see cref="Fault.NotFound"/> if it is none.</param>
    /// <param name="target">Remote or local.</param>
    /// <param name="newId">The new message's id.</param>
    Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId);

    /// <summary>Who hears of events: on workers, in order, one call at a time; may block, does not throw. Null: nobody. When this returns the old one is not called any more
    /// (called from inside the listener itself it returns at once).</summary>
    void SetListener(Action<QueueEvent>? listener);
}
