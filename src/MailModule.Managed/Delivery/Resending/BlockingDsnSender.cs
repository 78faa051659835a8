using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Resending;

/// <summary>Sends a DSN and waits until it is durable. Blocks: workers only.</summary>
internal sealed class BlockingDsnSender(IDsnSender dsnSender, TimeProvider time)
{
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
