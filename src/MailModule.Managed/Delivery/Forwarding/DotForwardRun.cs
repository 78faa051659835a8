using System.Text;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Policy.Expressions;
using MailModule.Primitives;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// One forward file carried out for one message. Of what it asks for only commands take effect here; folders and
/// addresses are gathered. What goes wrong is told with its line, and the message then stays in the mailbox. One use,
/// one thread; blocks while commands run.
/// </summary>
/// <param name="rules">Tells which of the addresses in the file are users here.</param>
/// <param name="note">Gets what went wrong: line and text.</param>
internal sealed class DotForwardRun(
    LocalAction action, DotForwardMessage message, DotForwardOptions options, RelayPolicy rules,
    Action<int, string> note, CancellationToken cancel)
{
    private readonly Evaluator _evaluator = new(message);
    private readonly List<string> _copies = [];
    private readonly List<(MailAddress Address, string? Maildrop)> _targets = [];
    private string? _folder = "";
    private bool _keepInInbox;
    private bool _keepsCopy;

    /// <summary>Whose rights commands have.</summary>
    public CommandOwner CommandOwner { get; init; }

    /// <summary>Folders that get the message; the inbox is the empty one.</summary>
    public IReadOnlyList<string> Folders
    {
        get
        {
            string? place = _folder ?? (_keepsCopy || _keepInInbox && _copies.Count == 0 ? "" : null);
            return place is null ? [.. _copies.Distinct()] : [.. _copies.Append(place).Distinct()];
        }
    }

    /// <summary>Recipients that get the message besides; each once.</summary>
    public IReadOnlyList<(MailAddress Address, string? Maildrop)> Targets => _targets;

    /// <summary>One recipient gets the message in the user's place, and nobody else.</summary>
    public bool IsOnlyTarget => _targets.Count == 1 && Folders.Count == 0;

    /// <summary>The line of the <c>#rm</c> that took effect; 0: none did.</summary>
    public int RemovedAt { get; private set; }

    /// <summary>The engine stops: folders and addresses gathered so far are not all.</summary>
    public bool IsCancelled { get; private set; }

    public void Execute(IReadOnlyList<DotForwardStep> steps)
    {
        foreach (DotForwardStep step in steps)
        {
            if (IsCancelled)
                return;
            Execute(step);
        }
    }

    /// <summary>Drops the addresses: the message is not sent on, so it must not leave the mailbox either.</summary>
    public void CancelTargets(string reason)
    {
        if (_targets.Count == 0)
            return;
        _targets.Clear();
        ReportError(0, reason);
    }

    private void Execute(DotForwardStep step)
    {
        switch (step)
        {
            case BranchStep branch:
                Branch(branch);
                break;
            case MoveStep move when _folder is not null:
                _folder = move.Folder;
                break;
            case CopyStep copy when _folder is not null:
                _copies.Add(copy.Folder);
                break;
            case RemoveStep when _folder is not null:
                _folder = null;
                RemovedAt = step.Line;
                break;
            case CommandStep command:
                Run(command);
                break;
            case RedirectStep redirect:
                Redirect(redirect);
                break;
        }
    }

    private void Branch(BranchStep branch)
    {
        foreach (BranchPart part in branch.Parts)
        {
            bool holds = part.Condition is null || _evaluator.IsTrue(part.Condition);
            if (part.Condition is not null && _evaluator.Problem is { } fault)
                ReportError(part.Line, fault);
            if (!holds)
                continue;
            Execute(part.Steps);
            return;
        }
    }

    private void Redirect(RedirectStep step)
    {
        foreach (MailAddress target in step.Targets)
        {
            RelayVerdict verdict = rules.CheckRecipient(target, mayRelay: true);
            if (!verdict.IsAccepted)
                ReportError(step.Line, $"{target} {verdict.Reason}");
            else if (verdict.Maildrop == action.Maildrop)
                _keepsCopy = true; // the user's own address: a copy stays, whether #rm stands before or after it
            else if (!_targets.Exists(
                one => one.Address.Equals(target)
                || (verdict.Maildrop is not null && one.Maildrop == verdict.Maildrop)))
                _targets.Add((target, verdict.Maildrop));
        }
    }

    private void Run(CommandStep step)
    {
        if (!options.MayRun || CommandOwner.Problem is not null)
        {
            ReportError(step.Line, CommandOwner.Problem ?? "commands are not run: the setting fwdrun is off");
            return;
        }
        var values = new CommandValues(step.Command, _evaluator.Captures, message.Variable);
        var command = new Command(ShellCommand.ProgramOf(step.Command), values.Arguments,
            [.. values.Variables, .. StandardEnvironment()], action.Home!)
        { User = CommandOwner.User };
        (CommandEnd end, int code) = CommandRun.Run(command, options.RunTimeout, cancel);
        message.ErrorLevel = end == CommandEnd.Exited ? code : -1;
        IsCancelled = end == CommandEnd.Cancelled;
        if (end == CommandEnd.TimedOut)
            ReportError(step.Line, $"the command was ended after {options.RunTimeout.TotalSeconds:0} s");
        else if (end is CommandEnd.NotStarted or CommandEnd.Killed)
            ReportError(step.Line,
                end == CommandEnd.Killed ? "the command was ended by a signal" : "the command could not be started");
        if (!message.ReadChanges())
            ReportError(step.Line, "the command left no message in its file; it stays as it was");
    }

    // What other mail programs give their commands; nothing of the host's own environment.
    private IEnumerable<string> StandardEnvironment()
    {
        yield return "PATH=/usr/local/bin:/usr/bin:/bin";
        yield return Octets($"HOME={action.Home}");
        yield return Octets($"USER={action.Maildrop}");
        yield return Octets($"LOGNAME={action.Maildrop}");
        yield return Octets($"SENDER={action.Entry.Envelope.ReversePath.Text}");
        yield return Octets($"RECIPIENT={action.FirstRecipient.Address.Text}");
    }

    private static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private void ReportError(int line, string text)
    {
        _keepInInbox = true;
        note(line, text);
    }
}
