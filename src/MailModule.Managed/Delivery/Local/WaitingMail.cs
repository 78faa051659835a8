using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>
/// All that was accepted for mailboxes here and waits: for its sender's time (RFC 4865), which it does in the spool, or
/// for a mailbox that takes nothing now. Any thread.
/// </summary>
/// <param name="consumer">Of the spool: local delivery.</param>
/// <param name="post">Has a step run on the thread of local delivery, with the time then.</param>
internal sealed class WaitingMail(
    LocalDeliveryDependencies dependencies, ISpoolConsumer consumer, MailboxDelivery mailboxes,
    Action<Action<long>> post) : IWaitingMail
{
    private volatile bool _isClosed;

    public IReadOnlyList<WaitingMessage> All
        => _isClosed ? [] : [.. mailboxes.WaitingDeliveries.All(), .. HeldOf(null).Select(MessageOf)];

    /// <summary>Local delivery ends: for an operator there is nothing from then on.</summary>
    public void Close() => _isClosed = true;

    public WaitingMessage? Find(string id)
    {
        if (_isClosed)
            return null;
        return mailboxes.WaitingDeliveries.Find(id) ?? HeldOf(id).Select(MessageOf).FirstOrDefault();
    }

    public void Retry(string? id) => post(now => mailboxes.MakeDue(id, now));

    public void Remove(string? id)
    {
        foreach (ISpoolEntry entry in HeldOf(id))
            Remove(entry, [.. OpenOf(entry)]);
        foreach (WaitingMessage one in mailboxes.WaitingDeliveries.All())
            if (id is null || one.Entry.Id == id)
                Remove(one.Entry, [.. one.Recipients.Select(recipient => recipient.Index)]);
        // The marks say what is gone.
        post(_ => mailboxes.DropDone());
    }

    private void Remove(ISpoolEntry entry, int[] recipients)
    {
        dependencies.Spool.MarkDone(entry, recipients, soon: true);
        foreach (int recipient in recipients)
            dependencies.Removed(entry, recipient);
    }

    private IReadOnlyList<ISpoolEntry> HeldOf(string? id)
    {
        if (id is null)
            return dependencies.Spool.HeldFor(consumer);
        return dependencies.Spool.FindHeld(consumer, id) is { } entry ? [entry] : [];
    }

    private static WaitingMessage MessageOf(ISpoolEntry entry)
        => new(entry, [.. OpenOf(entry).Select(index => new QueuedRecipientView(
            index, entry.Envelope.Recipients[index].Address, QueueState.Deferred, 0, null, entry.Envelope.Release,
            null))]);

    private static IEnumerable<int> OpenOf(ISpoolEntry entry)
    {
        List<Recipient> recipients = entry.Envelope.Recipients;
        return Enumerable.Range(0, recipients.Count)
            .Where(index => recipients[index].Maildrop is { } maildrop && !FetchedMaildrop.IsOne(maildrop)
                && !entry.IsDone(index));
    }
}
