using MailModule.Delivery.Reports;
using MailModule.Delivery.Resending;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// Carries out users' forward files (docs/forward-files.md). Blocks: workers only.
/// </summary>
/// <remarks>
/// Invariant: what is sent on is durable in the spool before the message comes into the mailbox, and that is before the
/// recipient is done. A crash between runs the file again: those addresses may get the message twice, nothing is lost.
/// </remarks>
internal sealed class DotForward(
    Resender resender, DsnDrafts dsns, Func<RelayPolicy> policy, Func<DotForwardOptions> options,
    ScratchFiles scratch, FileCalls calls, Log log)
{
    private const int HomesTold = 1000;
    private const int ProblemsTold = 20;

    private readonly DotForwardFiles _files = new(calls);

    // What was told last of a file that is not obeyed, by home.
    private readonly Dictionary<string, object> _told = [];

    /// <summary>Whether a user has a forward file that is to be carried out; cheap.</summary>
    public bool AppliesTo(string home) => options().IsOn && _files.Exists(home);

    public LocalActionResult Run(LocalAction action, CancellationToken cancel)
    {
        Fault fault = _files.Read(action.Home!, out DotForwardScript? script, out bool isHeld);
        if (script is null)
            return fault is Fault.NotFound ? LocalActionResult.Inbox : DeliverUnread(action, fault, isHeld);
        if (script.Errors.Count == 0)
            return ExecuteInPlace(action, script, cancel);
        if (IsNews(action.Home!, script))
            foreach ((int line, string text) in script.Errors)
                LogProblem(action, line, text);
        return LocalActionResult.Inbox;
    }

    // A lack of descriptors or memory passes, and another program gives the file back; one that may not be read stays
    // so.
    private LocalActionResult DeliverUnread(LocalAction action, Fault fault, bool isHeld)
    {
        if (fault is Fault.Full or Fault.Memory)
            return LocalActionResult.Failed(fault);
        if (IsNews(action.Home!, (fault, isHeld)))
            LogProblem(action, 0, isHeld ? "another program has it open; the message waits" : "it cannot be read");
        return isHeld ? LocalActionResult.Failed(fault) : LocalActionResult.Inbox;
    }

    // What is wrong with a file is told once for each state of it, not for each message: it is a user who wrote it.
    private bool IsNews(string home, object problem)
    {
        lock (_told)
        {
            if (_told.TryGetValue(home, out object? before) && before.Equals(problem))
                return false;
            if (_told.Count >= HomesTold)
                _told.Clear();
            _told[home] = problem;
            return true;
        }
    }

    private LocalActionResult ExecuteInPlace(LocalAction action, DotForwardScript script, CancellationToken cancel)
    {
        CommandOwner owner = script.HasCommands ? CommandOwner.Of(action.Home!, script.Owner) : default;
        bool waits = script.HasCommands && options().MayRun && action.CommandShare is null;
        if (!waits)
            return Execute(action, script, owner, cancel);
        // Homes that are all ours belong to different users all the same.
        action.CommandShare = owner.User is { } user ? $"user {user.User}" : action.Home;
        return LocalActionResult.Failed(Fault.Limit);
    }

    private LocalActionResult Execute(
        LocalAction action, DotForwardScript script, CommandOwner owner, CancellationToken cancel)
    {
        RelayPolicy rules = policy();
        using var message = new DotForwardMessage(action.Entry, action.Home!, scratch, owner.User);
        int problems = 0;
        Action<int, string> note = (line, text) =>
        {
            if (problems++ < ProblemsTold)
                LogProblem(action, line, text);
        };
        var run = new DotForwardRun(action, message, options(), rules, note, cancel) { CommandOwner = owner };
        try
        {
            run.Execute(script.Steps);
            if (run.IsCancelled)
                return LocalActionResult.Failed(Fault.Cancelled);
            if (IsLoop(action, message, rules))
                run.CancelTargets("the message has been sent on from here before");
            Fault fault = SendOn(action, run, message, rules);
            return fault == Fault.None ? ResultOf(action, run, message) : LocalActionResult.Failed(fault);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Write(
                LogLevel.Error, "forward", $"{action.Entry.Id} to {action.Maildrop}: {ExceptionWords.Of(exception)}");
            return LocalActionResult.Failed(Fault.Io);
        }
    }

    private LocalActionResult ResultOf(LocalAction action, DotForwardRun run, DotForwardMessage message)
    {
        // RFC 3461 §5.2.7.3: where a copy stays in the mailbox, that is the delivery which success is told of
        if (run.Folders.Count > 0)
            return LocalActionResult.Stored(run.Folders, message.DetachChanges());
        if (run.Targets.Count > 0)
            return LocalActionResult.SentOn(
                [.. run.Targets.Select(target => target.Address)],
                run.IsOnlyTarget ? [] : dsns.OfSuccess(action, DsnKind.Expanded, "Sent on"));
        string rule = $"{DotForwardFiles.PathOf(action.Home!)}:{run.RemovedAt}: #rm";
        return LocalActionResult.ThrownAway(action, _ => rule, LogLevel.Info, log);
    }

    // Compared by user, not by address: a user may have several addresses.
    private static bool IsLoop(LocalAction action, DotForwardMessage message, RelayPolicy rules)
    {
        using Stream content = message.Content.OpenRead();
        MessageHeader header = MessageHeader.Read(content);
        return header.Hops > Resender.HopLimit
            || header.DeliveredTo().Any(address
                => rules.CheckUser(address, mayRelay: false).Maildrop == action.Maildrop);
    }

    private Fault SendOn(LocalAction action, DotForwardRun run, DotForwardMessage message, RelayPolicy rules)
    {
        if (run.Targets.Count == 0)
            return Fault.None;
        Envelope old = action.Entry.Envelope;
        // One message for all: those here see the sender that those elsewhere need.
        bool leaves = run.Targets.Any(target => target.Maildrop is null);
        Envelope envelope = resender.NewEnvelope(old, rules.SenderOf(old.ReversePath, leaves));
        envelope.Return = old.Return;
        envelope.EnvelopeId = old.EnvelopeId;
        envelope.Submitter = old.Submitter;
        // A user sends it on, whoever the message is from.
        envelope.AvoidsInner = true;
        envelope.Recipients.AddRange(
            run.Targets.Select(target
                => DsnRequests.PassedOn(action.FirstRecipient, target.Address, target.Maildrop, run.IsOnlyTarget)));
        Fault fault = resender.Send(
            envelope, message.Content, action.Entry.Id, action.FirstRecipient.Address, list: null,
            arrived: action.Entry.Content);
        if (fault == Fault.None && log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "forward",
                $"{action.Entry.Id}: {action.Maildrop} sent it on to "
                    + $"{string.Join(", ", run.Targets.Select(target => target.Address))}");
        return fault;
    }

    private void LogProblem(LocalAction action, int line, string text)
        => log.Write(LogLevel.Warning, "forward",
            $"{DotForwardFiles.PathOf(action.Home!)}{(line > 0 ? $":{line}" : "")}: {text} ({action.Entry.Id})");
}
