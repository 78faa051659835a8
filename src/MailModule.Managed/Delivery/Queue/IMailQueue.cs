using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The queue as an operator sees it. Any thread, while delivery runs; nothing here blocks on the network. An id that is
/// not (or no more) in the queue is <see cref="Fault.NotFound"/>. Where an id may be null it means every message.
/// </summary>
public interface IMailQueue
{
    QueueCounts Counts { get; }

    /// <summary>The ids of all messages at this moment, oldest first.</summary>
    IReadOnlyList<string> List();

    Fault Find(string id, out QueuedMessageView? message);

    /// <summary>
    /// The message's content at rest, without the Return-Path line in front; the caller disposes of it. Reads from the
    /// disk: may block.
    /// </summary>
    Fault OpenContent(string id, out Stream? content);

    /// <summary>
    /// Makes what is deferred ready now; what is held stays held. A next hop that was down is tried again as well.
    /// </summary>
    Fault Retry(string? id);

    /// <summary>
    /// No attempt begins until the message is released; one that is under way goes on to its end. Durable.
    /// </summary>
    Fault Hold(string? id);

    Fault Release(string? id);

    /// <summary>
    /// Takes a message out of the queue; nobody is told. What is on a connection now may still arrive.
    /// </summary>
    Fault Remove(string? id);

    /// <summary>
    /// Sends what is still open of a message to another address: writes a new message for that address, with the same
    /// sender and content, and then takes the old recipients out. DSNs name the first address as the original one. A
    /// recipient on a connection now is not redirected (<see cref="Fault.State"/> if nothing else is open). Durable
    /// when it returns: blocks.
    /// </summary>
    /// <param name="recipient">An address, as the operator gives it: all of the message's recipients who have it, for
    /// they would go to one place. Null: all recipients. <see cref="Fault.NotFound"/> if nobody has it.</param>
    /// <param name="target">Remote or local.</param>
    /// <param name="newId">The new message's id.</param>
    Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId);

    /// <summary>
    /// Sets the listener that hears of events: on workers, in order, one call at a time; it may block, and does not
    /// throw. Null: none. When this returns the old listener is not called any more (called from inside the listener
    /// itself it returns at once).
    /// </summary>
    void SetListener(Action<QueueEvent>? listener);
}
