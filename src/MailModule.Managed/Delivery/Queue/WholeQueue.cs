using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The queue as an operator sees it: what waits for other hosts, and what waits for mailboxes here. So a message that
/// was accepted is found until it is where it belongs.
/// </summary>
internal sealed class WholeQueue(MailQueue queue, IWaitingMail waiting, Func<RetrySchedule> schedule) : IMailQueue
{
    public QueueCounts Counts
    {
        get
        {
            QueueCounts counts = queue.Counts;
            foreach (WaitingMessage message in waiting.All)
            {
                int recipients = message.Recipients.Count;
                counts = counts with
                {
                    Messages = counts.Messages + (queue.Contains(message.Entry.Id) ? 0 : 1),
                    Recipients = counts.Recipients + recipients,
                    Deferred = counts.Deferred + recipients,
                };
            }
            return counts;
        }
    }

    public IReadOnlyList<string> List()
    {
        var received = new Dictionary<string, DateTimeOffset>();
        foreach ((string id, DateTimeOffset at) in queue.ListWithTimes())
            received[id] = at;
        foreach (WaitingMessage message in waiting.All)
            received.TryAdd(message.Entry.Id, message.Entry.Envelope.Received);
        return [.. received.OrderBy(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => one.Key)];
    }

    public Fault Find(string id, out QueuedMessageView? message)
    {
        Fault fault = queue.Find(id, out message);
        if (waiting.Find(id) is not { } here)
            return fault;
        Envelope envelope = here.Entry.Envelope;
        IEnumerable<QueuedRecipientView> elsewhere = message?.Recipients ?? [];
        message = new QueuedMessageView(
            id, envelope.ReversePath, envelope.Received, schedule().Expires(envelope.Release),
            here.Entry.Content.WireLength, [.. elsewhere.Concat(here.Recipients).OrderBy(one => one.Index)]);
        return Fault.None;
    }

    public Fault OpenContent(string id, out Stream? content)
    {
        Fault fault = queue.OpenContent(id, out content);
        if (fault != Fault.NotFound || waiting.Find(id) is not { } here)
            return fault;
        content = new QueuedContent(here.Entry.Content.OpenRead(), () => waiting.Find(id) is not null);
        return Fault.None;
    }

    public Fault Retry(string? id)
    {
        bool isHere = Waits(id);
        if (isHere)
            waiting.Retry(id);
        return WithoutThoseHere(queue.Retry(id), isHere);
    }

    public Fault Hold(string? id) => OfOtherHosts(id, queue.Hold(id));

    public Fault Release(string? id) => OfOtherHosts(id, queue.Release(id));

    public Fault Remove(string? id)
    {
        bool isHere = Waits(id);
        if (isHere)
            waiting.Remove(id);
        return WithoutThoseHere(queue.Remove(id), isHere);
    }

    public Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId)
        => OfOtherHosts(id, queue.Redirect(id, recipient, target, out newId));

    public void SetListener(Action<QueueEvent>? listener) => queue.SetListener(listener);

    private bool Waits(string? id) => id is null || waiting.Find(id) is not null;

    private static Fault WithoutThoseHere(Fault fault, bool isHere)
        => isHere && fault == Fault.NotFound ? Fault.None : fault;

    private Fault OfOtherHosts(string? id, Fault fault)
        => fault == Fault.NotFound && id is not null && !queue.Contains(id) && Waits(id)
            ? FaultReason.Because(Fault.NotSupported, "the message waits for a mailbox here, and for no other host")
            : fault;
}
