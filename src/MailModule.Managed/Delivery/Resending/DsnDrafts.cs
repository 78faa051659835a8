using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Resending;

/// <summary>
/// The DSNs that local actions owe, and who of their recipients is told in none. Writes nothing; any thread.
/// </summary>
internal sealed class DsnDrafts(IDsnSender dsnSender, TimeProvider time, Log log)
{
    /// <summary>
    /// The message failed for the action's recipients, whose sender is to be told; for those of whom nobody is to be
    /// told it is thrown away.
    /// </summary>
    /// <param name="others">What the action owes besides.</param>
    public LocalActionResult Fail(
        LocalAction action, string status, string diagnostic, IReadOnlyList<OwedDsn> others)
    {
        string? WhyUntold(Recipient recipient) => dsnSender.WhyUntold(action.Entry, DsnKind.Failed, recipient);
        if (action.AllRecipients.All(recipient => WhyUntold(recipient) is not null))
            return LocalActionResult.ThrownAway(
                action, recipient => $"{diagnostic}, and {WhyUntold(recipient)}", LogLevel.Warning, log, others);
        return LocalActionResult.Reported(
            [.. others, .. OfFailure(action.Entry, action.AllRecipients, status, diagnostic)]);
    }

    /// <summary>
    /// One that tells the sender that the message failed for these recipients; those of whom nobody is to be told are
    /// logged.
    /// </summary>
    /// <returns>Empty if the sender is told of none.</returns>
    public IReadOnlyList<OwedDsn> OfFailure(
        ISpoolEntry original, IEnumerable<Recipient> recipients, string status, string diagnostic)
    {
        ILookup<string?, Recipient> byReason =
            recipients.ToLookup(recipient => dsnSender.WhyUntold(original, DsnKind.Failed, recipient));
        foreach (IGrouping<string?, Recipient> untold in byReason.Where(group => group.Key is not null))
            foreach (Recipient recipient in untold)
                log.WriteThrownAway(LogLevel.Warning, original.Id, recipient, $"{diagnostic}, and {untold.Key}");
        return Of(original, DsnKind.Failed, byReason[null], status, diagnostic);
    }

    /// <summary>One that tells of success, of those recipients whose sender asked for it.</summary>
    /// <returns>Empty if he did of none.</returns>
    public IReadOnlyList<OwedDsn> OfSuccess(LocalAction action, DsnKind kind, string diagnostic)
        => Of(action.Entry, kind, action.AllRecipients.Where(recipient => recipient.Notify.HasFlag(Notify.Success)),
            "2.0.0", diagnostic);

    private IReadOnlyList<OwedDsn> Of(
        ISpoolEntry original, DsnKind kind, IEnumerable<Recipient> recipients, string status, string diagnostic)
    {
        DateTimeOffset now = time.GetUtcNow();
        AttemptResult result = AttemptResult.OfThisHost(
            kind == DsnKind.Failed ? Fault.RefusedPermanent : Fault.None, status, diagnostic);
        DsnRecipient[] told = [.. recipients.Select(recipient => new DsnRecipient(recipient, result, now))];
        return told.Length == 0 ? [] : [new OwedDsn(committed => dsnSender.Send(original, kind, told, committed))];
    }
}
