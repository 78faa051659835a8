using System.Text;
using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Policy.Expressions;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// Reads a forward file (docs/forward-files.md). A pure function of its text, which holds octets as characters (Latin-1) so that whatever encoding it is in comes through unchanged.
/// </summary>
internal sealed class ForwardParser
{
    /// <summary>Octets of a file at most.</summary>
    public const int SizeLimit = 64 * 1024;

    private const int DepthLimit = 32;
    private const int LineLimit = 8192;
    private const int TargetLimit = 256;
    private const int CommandLimit = 64;

    private readonly string _home;
    private readonly List<(int, string)> _errors = [];
    private readonly Stack<Block> _open = new();
    private readonly List<ForwardStep> _steps = [];
    private int _targets;
    private int _commands;

    private ForwardParser(string home) => _home = home;

    /// <summary>A branch that has no <c>#endif</c> yet.</summary>
    private sealed class Block(int line)
    {
        public readonly int Line = line;
        public readonly List<BranchPart> Parts = [];
        public List<ForwardStep> Steps = [];
        public bool HasElse;
    }

    /// <param name="home">The user's; folders may be named with it in front.</param>
    public static ForwardScript Parse(string text, string home)
    {
        var parser = new ForwardParser(home);
        if (text.Length > SizeLimit)
            parser.Fail(1, $"the file is longer than {SizeLimit} octets");
        else
            foreach ((int number, string line) in ScriptLines.Of(text))
                parser.Take(number, line);
        foreach (Block block in parser._open)
            parser.Fail(block.Line, "#if without #endif");
        return new ForwardScript(parser._steps, parser._errors);
    }

    private List<ForwardStep> Target => _open.TryPeek(out Block? block) ? block.Steps : _steps;

    private void Take(int number, string line)
    {
        if (line.Length > LineLimit)
            Fail(number, $"a line is longer than {LineLimit} octets");
        else if (line.Length == 0)
            return;
        else if (line[0] == '#')
            TakeDirective(number, line);
        else if (line[0] == '!')
            TakeCommand(number, line[1..].Trim());
        else if (line.Contains('@'))
            TakeTargets(number, line);
        else
            Fail(number, "neither a comment (#) nor a command (!) nor addresses");
    }

    private void TakeDirective(int number, string line)
    {
        int end = line.AsSpan().IndexOfAny(" \t(!$");
        string word = end < 0 ? line : line[..end];
        string rest = end < 0 ? "" : line[end..].Trim();
        switch (word)
        {
            case "#if":
                Open(number, rest);
                break;
            case "#elif":
                GoOn(number, rest);
                break;
            case "#else":
                GoOn(number, null);
                break;
            case "#endif":
                Close(number);
                break;
            case "#mv":
            case "#cp":
                TakeFolder(number, rest, isMove: word == "#mv");
                break;
            case "#rm":
                Target.Add(new RemoveStep(number));
                break;
        }
    }

    private void Open(int number, string condition)
    {
        if (_open.Count == DepthLimit)
            Fail(number, $"more than {DepthLimit} conditions inside each other");
        var block = new Block(number);
        _open.Push(block);
        block.Parts.Add(new BranchPart(number, Read(number, condition), block.Steps));
    }

    private void GoOn(int number, string? condition)
    {
        if (!_open.TryPeek(out Block? block) || block.HasElse)
        {
            Fail(number, block is null ? "there is no #if to this" : "the #else was before this");
            return;
        }
        block.Steps = [];
        block.HasElse = condition is null;
        block.Parts.Add(new BranchPart(number, condition is null ? null : Read(number, condition), block.Steps));
    }

    private void Close(int number)
    {
        if (_open.TryPop(out Block? block))
            Target.Add(new BranchStep(block.Line, block.Parts));
        else
            Fail(number, "there is no #if to this");
    }

    private Expression? Read(int number, string condition)
    {
        if (!Expression.TryParse(condition, ForwardScript.Variables, out Expression expression, out string error))
            Fail(number, error);
        return expression;
    }

    private void TakeFolder(int number, string text, bool isMove)
    {
        string name = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Unquoted(text)));
        if (!SubFolder.TryParse(name, _home, out string folder))
            Fail(number, "not the name of a folder in the mailbox");
        else
            Target.Add(isMove ? new MoveStep(number, folder) : new CopyStep(number, folder));
    }

    private void TakeCommand(int number, string command)
    {
        if (command.Length == 0 || command.Contains('\0'))
            Fail(number, "a command is missing");
        else if (++_commands > CommandLimit)
            Fail(number, $"more than {CommandLimit} commands");
        else
            Target.Add(new CommandStep(number, command));
    }

    private void TakeTargets(int number, string line)
    {
        var targets = new List<MailAddress>();
        foreach (string word in line.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Length <= 1000 && MailAddress.TryParse(Encoding.Latin1.GetBytes(word), utf8: true, out MailAddress address) && address.Domain.Length > 0)
                targets.Add(address);
            else
                Fail(number, "not an address, or not addresses with blanks between");
        }
        _targets += targets.Count;
        if (_targets > TargetLimit)
            Fail(number, $"more than {TargetLimit} addresses");
        else
            Target.Add(new RedirectStep(number, targets));
    }

    private static string Unquoted(string text) => text.Length > 1 && text[0] == '"' && text[^1] == '"' ? text[1..^1] : text;

    private void Fail(int line, string text) => _errors.Add((line, text));
}
