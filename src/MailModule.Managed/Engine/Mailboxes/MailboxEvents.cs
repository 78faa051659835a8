using MailModule.Delivery.Local;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Mailboxes;

/// <summary>
/// Tells the host of mail that has come into mailboxes, and holds up no delivery (<see cref="HostEvents{T}"/>). One of
/// an engine, over its stops and starts. Any thread.
/// </summary>
public sealed class MailboxEvents
{
    private readonly HostEvents<MailboxEvent> _events;

    internal MailboxEvents(HostCalls calls, Log log)
        => _events = new HostEvents<MailboxEvent>(calls, HostCall.MailboxEvent, log, "mailbox");

    /// <summary>
    /// When this returns the old listener is not called any more, unless it is the old listener that calls this. What
    /// waits for the old one is not told to the new one. Null: nobody hears.
    /// </summary>
    public void SetListener(Action<MailboxEvent>? listener) => _events.SetListener(listener);

    /// <inheritdoc cref="HostEvents{T}.Post"/>
    internal void Post(Workers workers, NewMail mail)
        => _events.Post(workers, mail, static (mail, sequence) => new MailboxEvent(
            sequence, mail.User, mail.Folder, mail.UniqueId, mail.WireLength, mail.Sender));

    /// <inheritdoc cref="HostEvents{T}.Drain"/>
    internal void Drain(TimeSpan timeout) => _events.Drain(timeout);
}
