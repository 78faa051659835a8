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
    public bool HasFile(string home) => options().IsOn && _files.Exists(home);

    public LocalActionResult Run(LocalAction action, CancellationToken cancel)
    {
        Fault fault = _files.Read(action.Home!, out ForwardScript? script);
        if (script is null)
            return fault is Fault.NotFound ? LocalActionResult.Inbox : EndUnread(action, fault);
        if (script.Errors.Count == 0)
            return Obey(action, script, cancel);
        foreach ((int line, string text) in script.Errors)
            Note(action, line, text);
        return LocalActionResult.Inbox;
    }

    // No descriptor left passes; what may not be read stays so.
    private LocalActionResult EndUnread(LocalAction action, Fault fault)
    {
        if (fault is Fault.Full or Fault.Memory)
            return LocalActionResult.Failed(fault);
        Note(action, 0, "it cannot be read");
        return LocalActionResult.Inbox;
    }

    private LocalActionResult Obey(LocalAction action, ForwardScript script, CancellationToken cancel)
    {
        RelayPolicy rules = policy();
        using var message = new ForwardMessage(action.Entry, action.Home!, scratch);
        var run = new ForwardRun(action, message, options(), rules, (line, text) => Note(action, line, text), cancel);
        try
        {
            run.Obey(script.Steps);
            if (run.IsCancelled)
                return LocalActionResult.Failed(Fault.Cancelled);
            if (IsLoop(action, message, rules))
                run.CancelTargets("the message has been sent on from here before");
            Fault fault = SendOn(action, run, message);
            return fault == Fault.None ? new LocalActionResult(fault, run.Folders) { Changed = message.HandOverChanges() } : LocalActionResult.Failed(fault);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Write(LogLevel.Error, "forward", $"{action.Entry.Id} to {action.Maildrop}: {exception.Message}");
            return LocalActionResult.Failed(Fault.Io);
        }
    }

    // By user, not by address: a user may have several.
    private static bool IsLoop(LocalAction action, ForwardMessage message, RelayPolicy rules)
    {
        using Stream text = message.Content.OpenRead();
        MessageHeader header = MessageHeader.Read(text);
        return header.Hops > Redistributor.HopLimit || header.DeliveredTo().Any(address => rules.JudgeUser(address, mayRelay: false).Maildrop == action.Maildrop);
    }

    private Fault SendOn(LocalAction action, ForwardRun run, ForwardMessage message)
    {
        if (run.Targets.Count == 0)
            return Fault.None;
        bool isGone = run.Folders.Count == 0;
        bool isOnly = isGone && run.Targets.Count == 1;
        // RFC 3461 §5.2.7.2: where a copy stays in the mailbox, that is the delivery which success is told of
        Fault fault = isGone && !isOnly ? TellExpanded(action) : Fault.None;
        if (fault != Fault.None)
            return fault;
        Envelope old = action.Entry.Envelope;
        Envelope envelope = redistributor.NewEnvelope(old, old.ReversePath);
        envelope.Return = old.Return;
        envelope.EnvelopeId = old.EnvelopeId;
        envelope.Recipients.AddRange(run.Targets.Select(target => ReportWishes.PassedOn(action.FirstRecipient, target.Address, target.Maildrop, isOnly)));
        fault = redistributor.Send(envelope, message.Content, action.Entry.Id, action.FirstRecipient.Address, list: null);
        if (fault == Fault.None && log.IsOn(LogLevel.Info))
            log.Write(LogLevel.Info, "forward", $"{action.Entry.Id}: {action.Maildrop} sent it on to {string.Join(", ", run.Targets.Select(target => target.Address))}");
        return fault;
    }

    private Fault TellExpanded(LocalAction action)
        => reports.Send(action.Entry, ReportKind.Expanded,
            action.Recipients.Select(index => action.Entry.Envelope.Recipients[index]).Where(recipient => recipient.Notify.HasFlag(Notify.Success)), "2.0.0", "Sent on");

    private void Note(LocalAction action, int line, string text)
        => log.Write(LogLevel.Warning, "forward", $"{ForwardFiles.PathOf(action.Home!)}{(line > 0 ? $":{line}" : "")}: {text} ({action.Entry.Id})");
}
