using MailModule.Delivery.Resending;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// What is returned to a sender that <see cref="SenderRewriting"/> has made goes on to the one for whom it stands.
/// Blocks: workers only.
/// </summary>
internal sealed class ReturnedMail(Resender resender, DsnDrafts dsns, Func<RelayPolicy> policy, Log log)
{
    /// <param name="original">For whom the recipient stands.</param>
    public LocalActionResult SendOn(LocalAction action, MailAddress original)
    {
        // Reports alone come back; whoever writes to such an address himself means nobody.
        if (!action.Entry.Envelope.ReversePath.IsNull)
            return dsns.Fail(action, "5.7.1", "This address takes reports of failure alone", []);
        RelayVerdict verdict = policy().CheckRecipient(original, mayRelay: true);
        if (!verdict.IsAccepted)
            return ThrownAway(action, $"it has no sender, and {original}, for whom it is, {verdict.Reason}");
        using (Stream message = action.Entry.Content.OpenRead())
            if (MessageHeader.Read(message).Hops > Resender.HopLimit)
                return ThrownAway(action, "it has no sender, and goes round in a circle");
        Envelope envelope = resender.NewEnvelope(action.Entry.Envelope, MailAddress.Null);
        // Anybody may have been the sender.
        envelope.AvoidsInner = true;
        Recipient recipient = DsnRequests.PassedOn(action.FirstRecipient, original, verdict.Maildrop, isOnly: true);
        // What was quarantined stays that, where somebody here has been a stranger once.
        envelope.Recipients.Add(action.Folder is { } folder ? FolderMaildrop.Into(recipient, folder) : recipient);
        Fault fault = resender.Send(
            envelope, action.Entry.Content, action.Entry.Id, action.FirstRecipient.Address, list: null);
        if (fault != Fault.None)
            return LocalActionResult.Failed(fault);
        if (log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "forward", $"{action.Entry.Id}: returned to {original}");
        return LocalActionResult.SentOn([original]);
    }

    private LocalActionResult ThrownAway(LocalAction action, string rule)
        => LocalActionResult.ThrownAway(action, _ => rule, LogLevel.Warning, log);
}
