using MailModule.Delivery.Queue;
using MailModule.Engine.Mailboxes;
using MailModule.Engine.Retrieving;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>Who hears of a running engine's queue, its mailboxes, and what it fetches; calls are counted.</summary>
/// <param name="Mailboxes">The engine's, over its stops and starts.</param>
/// <param name="Fetches">The same.</param>
/// <param name="Queue">Null: nobody hears of the queue.</param>
internal sealed record EngineListeners(
    HostEvents<MailboxEvent> Mailboxes, HostEvents<FetchResult> Fetches, Action<QueueEvent>? Queue);
