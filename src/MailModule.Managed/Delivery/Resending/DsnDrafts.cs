using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Resending;

/// <summary>Sends a DSN and waits until it is durable. Blocks: workers only.</summary>
internal sealed class BlockingDsnSender(IDsnSender dsnSender, TimeProvider time, Log log)
{
    /// <summary>
    /// Tells the sender that the message failed for the action's recipients; for those of whom nobody is to be told it
    /// is thrown away.
    /// </summary>
    public LocalActionResult Fail(LocalAction action, string status, string diagnostic)
    {
        string? WhyUntold(Recipient recipient) => dsnSender.WhyUntold(action.Entry, DsnKind.Failed, recipient);
        if (action.AllRecipients.All(recipient => WhyUntold(recipient) is not null))
            return LocalActionResult.ThrownAway(
                action, recipient => $"{diagnostic}, and {WhyUntold(recipient)}", LogLevel.Warning, log);
        Fault fault = SendFailure(action.Entry, action.AllRecipients, status, diagnostic, out Recipient[] told);
        return fault == Fault.None ? LocalActionResult.Reported(told) : LocalActionResult.Failed(fault);
    }

    /// <summary>
    /// Tells the sender that the message failed for these recipients; those of whom nobody is to be told are logged.
    /// </summary>
    /// <param name="told">Those of whom the sender is told.</param>
    public Fault SendFailure(
        ISpoolEntry original, IEnumerable<Recipient> recipients, string status, string diagnostic,
        out Recipient[] told)
    {
        ILookup<string?, Recipient> byReason =
            recipients.ToLookup(recipient => dsnSender.WhyUntold(original, DsnKind.Failed, recipient));
        told = [.. byReason[null]];
        Fault fault = Send(original, DsnKind.Failed, told, status, diagnostic);
        if (fault != Fault.None)
            return fault;
        foreach (IGrouping<string?, Recipient> untold in byReason.Where(group => group.Key is not null))
            foreach (Recipient recipient in untold)
                log.WriteThrownAway(LogLevel.Warning, original.Id, recipient, $"{diagnostic}, and {untold.Key}");
        return Fault.None;
    }

    /// <summary>Tells the same of all the recipients. None too where nobody is to be told.</summary>
    public Fault Send(ISpoolEntry original, DsnKind kind, IEnumerable<Recipient> recipients, string status,
        string diagnostic)
    {
        DateTimeOffset now = time.GetUtcNow();
        AttemptResult result = AttemptResult.OfThisHost(
            kind == DsnKind.Failed ? Fault.RefusedPermanent : Fault.None, status, diagnostic);
        DsnRecipient[] reported =
            [.. recipients.Select(recipient => new DsnRecipient(recipient, result, now))];
        if (reported.Length == 0)
            return Fault.None;
        using var done = new ManualResetEventSlim();
        Fault written = Fault.None;
        dsnSender.Send(original, kind, reported, fault =>
        {
            written = fault;
            done.Set();
        });
        done.Wait();
        return written;
    }
}
