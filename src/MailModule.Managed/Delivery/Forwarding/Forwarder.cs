using MailModule.Delivery.Redistribution;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// Obeys users' forward files (docs/forward-files.md). Blocks: workers only.
/// </summary>
/// <remarks>
/// Invariant: what is sent on is durable in the spool before the message comes into the mailbox, and that is before the recipient is done. A crash between runs the file again: those
/// addresses may get the message twice, nothing is lost.
/// </remarks>
internal sealed class Forwarder(Redistributor redistributor, ReportsNow reports, Func<RelayPolicy> policy, Func<ForwardOptions> options, ScratchFiles scratch, FileCalls calls, Log log)
{
    private readonly ForwardFiles _files = new(calls);

    /// <summary>Whether the file of a user is to be obeyed; cheap.</summary>
    public bool Concerns(string home) => options().IsOn && _files.Exists(home);

    public DetourEnd Take(Detour detour, CancellationToken cancel)
    {
        Fault fault = _files.Read(detour.Home!, out ForwardScript? script);
        if (script is null)
            return fault is Fault.NotFound ? DetourEnd.Inbox : EndUnread(detour, fault);
        if (script.Errors.Count == 0)
            return Obey(detour, script, cancel);
        foreach ((int line, string text) in script.Errors)
            Note(detour, line, text);
        return DetourEnd.Inbox;
    }

    // No descriptor left passes; what may not be read stays so.
    private DetourEnd EndUnread(Detour detour, Fault fault)
    {
        if (fault is Fault.Full or Fault.Memory)
            return DetourEnd.Failed(fault);
        Note(detour, 0, "it cannot be read");
        return DetourEnd.Inbox;
    }

    private DetourEnd Obey(Detour detour, ForwardScript script, CancellationToken cancel)
    {
        RelayPolicy rules = policy();
        using var message = new ForwardMessage(detour.Entry, detour.Home!, scratch);
        var run = new ForwardRun(detour, message, options(), rules, (line, text) => Note(detour, line, text), cancel);
        try
        {
            run.Obey(script.Steps);
            if (run.IsCancelled)
                return DetourEnd.Failed(Fault.Cancelled);
            if (IsLoop(detour, message, rules))
                run.CancelTargets("the message has been sent on from here before");
            Fault fault = SendOn(detour, run, message);
            return fault == Fault.None ? new DetourEnd(fault, run.Folders) { Changed = message.HandOverChanges() } : DetourEnd.Failed(fault);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Write(LogLevel.Error, "forward", $"{detour.Entry.Id} to {detour.Maildrop}: {exception.Message}");
            return DetourEnd.Failed(Fault.Io);
        }
    }

    // By user, not by address: a user may have several.
    private static bool IsLoop(Detour detour, ForwardMessage message, RelayPolicy rules)
    {
        using Stream text = message.Content.OpenRead();
        MessageHeader header = MessageHeader.Read(text);
        return header.Hops > Redistributor.HopLimit || header.DeliveredTo().Any(address => rules.CheckUser(address, mayRelay: false).Maildrop == detour.Maildrop);
    }

    private Fault SendOn(Detour detour, ForwardRun run, ForwardMessage message)
    {
        if (run.Targets.Count == 0)
            return Fault.None;
        bool isGone = run.Folders.Count == 0;
        bool isOnly = isGone && run.Targets.Count == 1;
        // RFC 3461 §5.2.7.2: where a copy stays in the mailbox, that is the delivery which success is told of
        Fault fault = isGone && !isOnly ? TellExpanded(detour) : Fault.None;
        if (fault != Fault.None)
            return fault;
        Envelope old = detour.Entry.Envelope;
        Envelope envelope = redistributor.NewEnvelope(old, old.ReversePath);
        envelope.Return = old.Return;
        envelope.EnvelopeId = old.EnvelopeId;
        envelope.Recipients.AddRange(run.Targets.Select(target => ReportWishes.PassedOn(detour.FirstRecipient, target.Address, target.Maildrop, isOnly)));
        fault = redistributor.Send(envelope, message.Content, detour.Entry.Id, detour.FirstRecipient.Address, list: null);
        if (fault == Fault.None && log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "forward", $"{detour.Entry.Id}: {detour.Maildrop} sent it on to {string.Join(", ", run.Targets.Select(target => target.Address))}");
        return fault;
    }

    private Fault TellExpanded(Detour detour)
        => reports.Send(detour.Entry, ReportKind.Expanded,
            detour.Recipients.Select(index => detour.Entry.Envelope.Recipients[index]).Where(recipient => recipient.Notify.HasFlag(Notify.Success)), "2.0.0", "Sent on");

    private void Note(Detour detour, int line, string text)
        => log.Write(LogLevel.Warning, "forward", $"{ForwardFiles.PathOf(detour.Home!)}{(line > 0 ? $":{line}" : "")}: {text} ({detour.Entry.Id})");
}
