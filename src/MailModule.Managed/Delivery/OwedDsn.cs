using MailModule.Primitives;

namespace MailModule.Delivery;

/// <summary>
/// A DSN that a local action wants written before its recipients are done. The action does not wait for it.
/// </summary>
/// <param name="send">Has it written; tells once, on any thread, what came of it.</param>
internal sealed class OwedDsn(Action<Action<Fault>> send)
{
    /// <summary>It is in the spool. Of the thread of local delivery.</summary>
    public bool IsDurable { get; set; }

    public void Send(Action<Fault> committed) => send(committed);
}
