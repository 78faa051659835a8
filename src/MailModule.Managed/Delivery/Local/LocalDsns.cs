using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Local;

/// <summary>
/// The DSNs of local delivery: of success where the sender asked for it, of what is given up. One thread.
/// </summary>
/// <param name="post">Has a step run on that thread, with the time then; from any thread.</param>
internal sealed class LocalDsns(LocalDeliveryDependencies dependencies, Action<Action<long>> post)
{
    /// <summary>DSNs that are being written; the recipients they are about are not marked yet.</summary>
    public int InProgress { get; private set; }

    /// <summary>A sender asked to be told of this delivery's success.</summary>
    public bool WantsSuccess(in PendingDelivery delivery)
    {
        if (dependencies.DsnSender is null)
            return false;
        foreach (int index in delivery.Recipients)
            if ((delivery.Entry.Envelope.Recipients[index].Notify & Notify.Success) != 0)
                return true;
        return false;
    }

    /// <summary>
    /// RFC 5321 §4.5.4.1: whoever gives up tells the sender. A delivery that nobody can be told of is not given up, nor
    /// one that failed because the engine stops.
    /// </summary>
    public bool IsToBeGivenUp(in PendingDelivery delivery, Fault fault)
        => dependencies.DsnSender is not null && fault != Fault.Cancelled
            && dependencies.Schedule().IsOver(delivery.Entry.Envelope.Received, dependencies.Time.GetUtcNow());

    /// <param name="completed">Run on the thread: whether the DSN is durable, and the time.</param>
    public void SendSuccess(in PendingDelivery delivery, Action<Fault, long> completed)
        => Send(delivery, DsnKind.Delivered, AttemptResult.OfThisHost(Fault.None, "2.0.0", "Delivered to the mailbox"),
            completed);

    /// <param name="completed">Run on the thread: whether the DSN is durable, and the time.</param>
    public void SendFailure(in PendingDelivery delivery, Fault why, Action<Fault, long> completed)
    {
        AttemptResult result = why == Fault.NotFound
            ? AttemptResult.OfThisHost(why, "5.1.1", "No such user here")
            : AttemptResult.OfThisHost(why, "4.4.7", $"The message could not be delivered locally in time ({why})");
        (Recipient Recipient, string Why)[] untold = [.. UntoldOf(delivery)];
        string id = delivery.Entry.Id;
        Send(delivery, DsnKind.Failed, result, (fault, now) =>
        {
            foreach ((Recipient recipient, string reason) in fault == Fault.None ? untold : [])
                dependencies.Log.WriteThrownAway(LogLevel.Warning, id, recipient, $"{result.Text}, and {reason}");
            completed(fault, now);
        });
    }

    private IEnumerable<(Recipient, string)> UntoldOf(PendingDelivery delivery)
    {
        foreach (int index in delivery.Recipients)
        {
            Recipient recipient = delivery.Entry.Envelope.Recipients[index];
            if (dependencies.DsnSender!.WhyUntold(delivery.Entry, DsnKind.Failed, recipient) is { } reason)
                yield return (recipient, reason);
        }
    }

    private void Send(PendingDelivery delivery, DsnKind kind, AttemptResult result, Action<Fault, long> completed)
    {
        InProgress++;
        DateTimeOffset at = dependencies.Time.GetUtcNow();
        DsnRecipient[] recipients =
        [
            .. delivery.Recipients.Select(index => delivery.Entry.Envelope.Recipients[index])
                .Where(recipient => kind != DsnKind.Delivered || recipient.Notify.HasFlag(Notify.Success))
                .Select(recipient => new DsnRecipient(recipient, result, at)),
        ];
        dependencies.DsnSender!.Send(delivery.Entry, kind, recipients, fault => post(now =>
        {
            InProgress--;
            completed(fault, now);
        }));
    }
}
