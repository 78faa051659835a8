using MailModule.Delivery.Queue;
using MailModule.Engine.Mailboxes;
using MailModule.Engine.Retrieving;

namespace MailModule.Engine;

/// <summary>Who hears of a running engine's queue, its mailboxes, and what it fetches; calls are counted.</summary>
/// <param name="mailboxes">The engine's, over its stops and starts.</param>
/// <param name="fetches">The same.</param>
internal sealed class EngineListeners(MailboxEvents mailboxes, FetchEvents fetches)
{
    /// <summary>Who hears of the queue at the start; null: nobody.</summary>
    public Action<QueueEvent>? Queue { get; init; }

    public MailboxEvents Mailboxes => mailboxes;

    public FetchEvents Fetches => fetches;
}
