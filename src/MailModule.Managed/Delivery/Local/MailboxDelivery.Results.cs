using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Local;

// How a delivery ends that is not simply in the mailbox: after a action, with a report, given up.
internal sealed partial class MailboxDelivery
{
    /// <summary>Reports that are being written; what they are about is not marked yet.</summary>
    public int DsnsInProgress { get; private set; }

    /// <summary>A local action has come to its end: the message goes where it says, or waits for another attempt.</summary>
    public void CompleteAction(LocalAction action, LocalActionResult result, long now)
    {
        var due = new Due(action.Entry, action.Maildrop, action.Recipients, action.MayBeThere) { Progress = action.Progress, Failures = action.Failures };
        Fault fault = result.Fault;
        if (fault == Fault.None)
        {
            due = due with { End = result };
            fault = DeliverTo(due, action.Home);
        }
        if (fault == Fault.None)
            Delivered(due, now);
        else
            Fail(due, action.Home, fault, now);
    }

    private void Delivered(in Due due, long now)
    {
        due.End?.Changed?.Dispose();
        if (due.End is { Folders.Count: 0 })
            parts.Spool.MarkDone(due.Entry, due.Recipients, soon: true);
        else if (parts.DsnSender is null || !WantsSuccess(due))
            AddUnsynced(due, now);
        else
            SendSuccessDsn(due);
    }

    private void Fail(in Due due, string? home, Fault fault, long now)
    {
        if (!TryGiveUp(due, home, fault))
            Park(due, home, fault, now);
    }

    private static bool WantsSuccess(in Due due)
    {
        foreach (int index in due.Recipients)
            if ((due.Entry.Envelope.Recipients[index].Notify & Notify.Success) != 0)
                return true;
        return false;
    }

    // RFC 3461 §5.2.2: success is told before the message is forgotten
    private void SendSuccessDsn(Due due)
        => SendDsn(due, DsnKind.Delivered, "2.0.0", "Delivered to the mailbox", (fault, now) =>
        {
            if (fault == Fault.None)
                AddUnsynced(due, now);
            else
                Park(due, parts.HomeOf(due.Maildrop), fault, now);
        });

    // RFC 5321 §4.5.4.1: whoever gives up tells the sender. A stop of the engine is no reason to.
    private bool TryGiveUp(in Due due, string? home, Fault fault)
    {
        if (parts.DsnSender is null || fault == Fault.Cancelled || !parts.Schedule().IsOver(due.Entry.Envelope.Received, parts.Time.GetUtcNow()))
            return false;
        parts.Log.Write(LogLevel.Warning, "delivery", $"{due.Entry.Id} to {due.Maildrop}: {fault}; given up");
        Due given = due;
        (string status, string text) = fault == Fault.NotFound ? ("5.1.1", "No such user here") : ("4.4.7", $"The message could not be delivered locally in time ({fault})");
        SendDsn(given, DsnKind.Failed, status, text, (result, now) =>
        {
            given.End?.Changed?.Dispose();
            if (result == Fault.None)
                parts.Spool.MarkDone(given.Entry, given.Recipients, soon: true);
            else
                Park(given with { End = null }, home, result, now);
        });
        return true;
    }

    private void SendDsn(Due due, DsnKind kind, string status, string text, Action<Fault, long> ended)
    {
        DsnsInProgress++;
        DateTimeOffset at = parts.Time.GetUtcNow();
        DsnRecipient[] recipients = [.. due.Recipients.Select(index => due.Entry.Envelope.Recipients[index])
            .Where(recipient => kind != DsnKind.Delivered || recipient.Notify.HasFlag(Notify.Success))
            .Select(recipient => new DsnRecipient(recipient, status, text, null, at))];
        parts.DsnSender!.Send(due.Entry, kind, recipients, fault => post(now =>
        {
            DsnsInProgress--;
            ended(fault, now);
        }));
    }
}
