using MailModule.Delivery.Queue;
using MailModule.Engine.Mailboxes;

namespace MailModule.Engine;

/// <summary>Who hears of a running engine's queue and mailboxes.</summary>
/// <param name="mailboxes">The engine's, over its stops and starts.</param>
internal sealed class EngineListeners(MailboxEvents mailboxes)
{
    /// <summary>Null: nobody hears of the queue.</summary>
    public Action<QueueEvent>? Queue { get; set; }

    public MailboxEvents Mailboxes => mailboxes;
}
