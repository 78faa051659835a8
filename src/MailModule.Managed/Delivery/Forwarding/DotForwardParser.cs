using System.Text;
using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Policy.Expressions;
using MailModule.Primitives;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// Reads a forward file (docs/forward-files.md). A pure function of its text, which holds octets as characters
/// (Latin-1) so that whatever encoding it is in comes through unchanged.
/// </summary>
internal sealed class DotForwardParser
{
    /// <summary>Octets of a file at most.</summary>
    public const int SizeLimit = 64 * 1024;

    private const int DepthLimit = 32;
    private const int LineLimit = 8192;
    private const int TargetLimit = 256;
    private const int CommandLimit = 64;

    /// <summary>Errors that are told of one file.</summary>
    public const int ErrorLimit = 20;

    private readonly string _home;
    private readonly List<(int, string)> _errors = [];
    private readonly Stack<OpenIf> _open = new();
    private readonly List<DotForwardStep> _steps = [];
    private int _targets;
    private int _commands;

    private DotForwardParser(string home) => _home = home;

    /// <summary>A branch that has no <c>#endif</c> yet.</summary>
    private sealed class OpenIf(int line)
    {
        public readonly int Line = line;
        public readonly List<BranchPart> Parts = [];
        public List<DotForwardStep> Steps = [];
        public bool HasElse;
    }

    /// <param name="home">The user's; folders may be named with it in front.</param>
    public static DotForwardScript Parse(string text, string home)
    {
        var parser = new DotForwardParser(home);
        if (text.Length > SizeLimit)
            parser.AddError(1, $"the file is longer than {SizeLimit} octets");
        else if (ByteOrderMark.IsOfOtherEncoding(text))
            parser.AddError(1, ByteOrderMark.WrongEncoding);
        else
            foreach ((int number, string line) in ScriptLines.Of(ByteOrderMark.Skip(text)))
                parser.ParseLine(number, line);
        foreach (OpenIf block in parser._open)
            parser.AddError(block.Line, "#if without #endif");
        return new DotForwardScript(parser._steps, parser._errors);
    }

    private List<DotForwardStep> CurrentSteps => _open.TryPeek(out OpenIf? block) ? block.Steps : _steps;

    private void ParseLine(int number, string line)
    {
        if (line.Length > LineLimit)
            AddError(number, $"a line is longer than {LineLimit} octets");
        else if (line.Length == 0)
            return;
        else if (line[0] == '#')
            ParseDirective(number, line);
        else if (line[0] == '!')
            ParseCommand(number, line[1..].Trim());
        else if (line.Contains('@'))
            ParseTargets(number, line);
        else
            AddError(number, "neither a comment (#) nor a command (!) nor addresses");
    }

    private void ParseDirective(int number, string line)
    {
        int end = line.AsSpan().IndexOfAny(" \t(!$");
        string word = end < 0 ? line : line[..end];
        string rest = end < 0 ? "" : line[end..].Trim();
        switch (word)
        {
            case "#if":
                BeginIf(number, rest);
                break;
            case "#elif":
                NextBranch(number, rest);
                break;
            case "#else":
                NextBranch(number, null);
                break;
            case "#endif":
                EndIf(number);
                break;
            case "#mv":
            case "#cp":
                ParseFolder(number, rest, isMove: word == "#mv");
                break;
            case "#rm":
                CurrentSteps.Add(new RemoveStep(number));
                break;
        }
    }

    private void BeginIf(int number, string condition)
    {
        if (_open.Count == DepthLimit)
            AddError(number, $"more than {DepthLimit} conditions inside each other");
        var block = new OpenIf(number);
        _open.Push(block);
        block.Parts.Add(new BranchPart(number, ParseCondition(number, condition), block.Steps));
    }

    private void NextBranch(int number, string? condition)
    {
        if (!_open.TryPeek(out OpenIf? block) || block.HasElse)
        {
            AddError(number, block is null ? "there is no #if to this" : "the #else was before this");
            return;
        }
        block.Steps = [];
        block.HasElse = condition is null;
        block.Parts.Add(new BranchPart(
            number, condition is null ? null : ParseCondition(number, condition), block.Steps));
    }

    private void EndIf(int number)
    {
        if (_open.TryPop(out OpenIf? block))
            CurrentSteps.Add(new BranchStep(block.Line, block.Parts));
        else
            AddError(number, "there is no #if to this");
    }

    private Expression? ParseCondition(int number, string condition)
    {
        if (!Expression.TryParse(condition, DotForwardScript.Variables, out Expression expression, out string error))
            AddError(number, error);
        return expression;
    }

    private void ParseFolder(int number, string text, bool isMove)
    {
        string name = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Unquoted(text)));
        if (!SubFolder.TryParse(name, _home, out string folder))
            AddError(number, "not the name of a folder in the mailbox");
        else
            CurrentSteps.Add(isMove ? new MoveStep(number, folder) : new CopyStep(number, folder));
    }

    private void ParseCommand(int number, string line)
    {
        if (line.Length == 0 || line.Contains('\0'))
            AddError(number, "a command is missing");
        else if (++_commands > CommandLimit)
            AddError(number, $"more than {CommandLimit} commands");
        else if (!ShellCommand.TryRead(line, out string command, out string error))
            AddError(number, error);
        else
            CurrentSteps.Add(new CommandStep(number, command));
    }

    private void ParseTargets(int number, string line)
    {
        var targets = new List<MailAddress>();
        foreach (string word in line.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Length <= 1000
                && MailAddress.TryParse(Encoding.Latin1.GetBytes(word), utf8: true, out MailAddress address)
                && address.Domain.Length > 0)
                targets.Add(address);
            else
                AddError(number, "not an address, or not addresses with blanks between");
        }
        _targets += targets.Count;
        if (_targets > TargetLimit)
            AddError(number, $"more than {TargetLimit} addresses");
        else
            CurrentSteps.Add(new RedirectStep(number, targets));
    }

    private static string Unquoted(string text)
        => text.Length > 1 && text[0] == '"' && text[^1] == '"' ? text[1..^1] : text;

    private void AddError(int line, string text)
    {
        if (_errors.Count < ErrorLimit)
            _errors.Add((line, text));
    }
}
