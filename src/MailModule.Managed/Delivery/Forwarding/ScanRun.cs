using MailModule.Mail;
using MailModule.Policy.Expressions;

namespace MailModule.Delivery.Forwarding;

/// <summary>What a script says of a message.</summary>
internal enum ScanEnd
{
    /// <summary>It goes on its way.</summary>
    Clean,
    /// <summary><c>#rm</c>, <c>#mv</c>: it does not.</summary>
    Stopped,
    /// <summary>Nobody can tell: a command did not come to its end.</summary>
    Unknown,
}

/// <summary>
/// A <see cref="ScanScript"/> carried out for one message in a file. One use, one thread; blocks while commands run.
/// </summary>
/// <param name="facts">The message, as expressions and commands see it.</param>
/// <param name="folder">Where commands run.</param>
internal sealed class ScanRun(
    ScanFacts facts, Envelope envelope, string folder, TimeSpan runTimeout, CancellationToken cancel)
{
    private readonly FileConditions _conditions = new(facts);
    private readonly List<string> _copies = [];
    private ScanEnd _end;

    /// <summary>Folders that <c>#cp</c> names, and <c>#mv</c> as the last.</summary>
    public IReadOnlyList<string> Copies => _copies;

    /// <summary>The line that decided; 0: none did.</summary>
    public int Line { get; private set; }

    /// <summary>Why nobody can tell.</summary>
    public string Problem { get; private set; } = "";

    public ScanEnd Execute(IReadOnlyList<DotForwardStep> steps)
    {
        foreach (DotForwardStep step in steps)
        {
            if (_end != ScanEnd.Clean)
                break;
            Execute(step);
        }
        return _end;
    }

    private void Execute(DotForwardStep step)
    {
        switch (step)
        {
            case BranchStep branch:
                Branch(branch);
                break;
            case MoveStep move:
                _copies.Add(move.Folder);
                Stop(ScanEnd.Stopped, step.Line);
                break;
            case CopyStep copy:
                _copies.Add(copy.Folder);
                break;
            case RemoveStep:
                Stop(ScanEnd.Stopped, step.Line);
                break;
            case CommandStep command:
                Run(command);
                break;
        }
    }

    private void Stop(ScanEnd end, int line, string problem = "")
    {
        _end = end;
        Line = line;
        Problem = problem;
    }

    private void Branch(BranchStep branch)
    {
        foreach (BranchPart part in branch.Parts)
        {
            string? problem = null;
            bool holds = part.Condition is not { } condition || _conditions.Holds(condition, out problem);
            if (problem is not null)
                Stop(ScanEnd.Unknown, part.Line, problem);
            if (_end != ScanEnd.Clean)
                return;
            if (!holds)
                continue;
            Execute(part.Steps);
            return;
        }
    }

    private void Run(CommandStep step)
    {
        var values = new CommandValues(step.Command, _conditions.Captures, facts.Variable);
        var command = new Command(ShellCommand.ProgramOf(step.Command), values.Arguments,
            [.. values.Variables, .. StandardEnvironment()], folder);
        (CommandEnd end, int code) = CommandRun.Run(command, runTimeout, cancel);
        facts.ErrorLevel = code;
        // What a shell says of a program that is not there, or that a signal has ended.
        if (end == CommandEnd.Exited && code is 126 or 127 or > 128)
            Stop(ScanEnd.Unknown, step.Line, $"the command ended with {code}: it is not there, or a signal ended it");
        else if (end != CommandEnd.Exited)
            Stop(ScanEnd.Unknown, step.Line, end switch
            {
                CommandEnd.TimedOut => $"the command was ended after {runTimeout.TotalSeconds:0} s",
                CommandEnd.Cancelled => "the engine stops",
                CommandEnd.Killed => "the command was ended by a signal",
                _ => "the command could not be started",
            });
    }

    private IEnumerable<string> StandardEnvironment()
    {
        yield return "PATH=/usr/local/bin:/usr/bin:/bin";
        yield return ScanFacts.Octets($"SENDER={envelope.ReversePath.Text}");
        yield return ScanFacts.Octets($"CLIENT={envelope.Client?.Address}");
    }
}
