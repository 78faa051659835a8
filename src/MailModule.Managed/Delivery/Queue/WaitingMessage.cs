using MailModule.Spool;

namespace MailModule.Delivery.Queue;

/// <summary>A message that waits for mailboxes here, at one moment.</summary>
/// <param name="Recipients">Those that wait; at least one.</param>
internal sealed record WaitingMessage(ISpoolEntry Entry, IReadOnlyList<QueuedRecipientView> Recipients);

/// <summary>Messages that wait for mailboxes here. Any thread; does not block.</summary>
internal interface IWaitingMail
{
    IReadOnlyList<WaitingMessage> All { get; }

    /// <summary>Null: nothing of it waits for a mailbox.</summary>
    WaitingMessage? Find(string id);

    /// <summary>Has the mailboxes tried again now. Null: all of them.</summary>
    void Retry(string? id);

    /// <summary>Takes out what waits. What is being delivered at this moment may still arrive. Null: all.</summary>
    void Remove(string? id);
}
