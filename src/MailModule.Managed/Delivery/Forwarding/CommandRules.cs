using System.Text.RegularExpressions;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// What a command line of a forward file must not hold: what the shell reads once more as program text after it has
/// put values in, and what used to be put in and is no shell. It catches mistakes of the file's author, who may do on
/// purpose whatever he likes.
/// </summary>
internal static partial class CommandRules
{
    private const string ValueAsCommand = "a value stands where the name of a command should";

    private static readonly (string Form, string Reason)[] s_forms =
    [
        ("$in_text", "$in_text(...) is for conditions"),
        ("$+", "$+ is for conditions"),
        ("$`", "$` is for conditions"),
        ("$'", "$' is for conditions; after a text that ends with $ use \" and not '"),
        ("$((", "$((...)) takes texts as arithmetic"),
        ("$[", "$[...] takes texts as arithmetic"),
        ("((", "((...)) takes texts as arithmetic"),
        ("=(", "=(...) takes texts as arithmetic"),
    ];

    private static readonly HashSet<string> s_evaluate =
        ["eval", "let", "trap", "source", "alias", "declare", "typeset"];
    private static readonly HashSet<string> s_evaluateAsCommand =
    [
        ".", "compgen", "complete", "enable", "at", "batch", "crontab", "ssh", "rsh", "su", "runuser", "parallel",
        "watch", "expect",
    ];
    private static readonly HashSet<string> s_prefixes =
    [
        "exec", "command", "builtin", "env", "nice", "ionice", "nohup", "time", "timeout", "setsid", "stdbuf", "xargs",
        "sudo", "doas",
    ];
    private static readonly HashSet<string> s_reserved =
        ["if", "then", "elif", "else", "while", "until", "do", "!", "{", "coproc"];
    private static readonly HashSet<string> s_takeNames =
        ["export", "readonly", "unset", "read", "getopts", "mapfile", "readarray", "local", "wait"];
    private static readonly HashSet<string> s_shellsOwn =
        ["PS0", "PS1", "PS2", "PS4", "PROMPT_COMMAND", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS"];
    private static readonly HashSet<string> s_shells =
        ["sh", "ash", "bash", "rbash", "dash", "ksh", "mksh", "zsh", "fish", "csh", "tcsh", "busybox", "toybox"];

    /// <summary>What is wrong with a line, or null.</summary>
    public static string? ProblemOf(string line, ShellScanner scanned)
    {
        foreach ((string form, string reason) in s_forms)
            if (line.Contains(form, StringComparison.Ordinal))
                return reason;
        if (DoubleBracket().IsMatch(line))
            return "[[ ... ]] takes texts as arithmetic";
        return scanned.Scan() ?? scanned.Commands.Select(ProblemOf).FirstOrDefault(problem => problem is not null);
    }

    /// <summary>Words that may stand before a command's name: assignments, redirections, reserved words.</summary>
    public static bool IsBefore(ShellWord word)
        => word.IsTarget || s_reserved.Contains(word.Text) || Assignment().IsMatch(word.Raw);

    private static string? ProblemOf(IReadOnlyList<ShellWord> command)
    {
        List<ShellWord> words = [.. command.Where(word => !word.IsTarget)];
        string? problem = words.Select(ProblemOfWord).FirstOrDefault(one => one is not null);
        for (int i = 0; problem is null && i < words.Count; i++)
            if (s_shells.Contains(NameOf(words[i])) && words.Skip(i + 1).TakeWhile(IsOption).Any(RunsText))
                problem = "a shell reads its argument as program text";
        return problem ?? ProblemOfName(words);
    }

    private static string? ProblemOfWord(ShellWord word)
    {
        if (s_evaluate.Contains(word.Text))
            return $"{word.Text} reads texts as program text";
        if (Element().IsMatch(word.Raw))
            return "name[...]= takes texts as arithmetic";
        Match assigned = Assignment().Match(word.Text);
        return assigned.Success && s_shellsOwn.Contains(assigned.Groups[1].Value)
            ? $"{assigned.Groups[1].Value} is read as program text"
            : null;
    }

    private static string? ProblemOfName(List<ShellWord> words)
    {
        int at = words.FindIndex(word => !IsBefore(word));
        while (at >= 0 && at < words.Count && s_prefixes.Contains(NameOf(words[at])))
        {
            if (NameOf(words[at]) == "env" && words.Skip(at + 1).TakeWhile(IsOption).Any(SplitsText))
                return "env -S takes its argument apart";
            at = words.FindIndex(at + 1, word => !IsOption(word) && !IsBefore(word) && !Amount().IsMatch(word.Text));
        }
        if (at < 0)
            return null;
        if (words[at].HasValue)
            return ValueAsCommand;
        return ProblemOfCall(NameOf(words[at]), words[(at + 1)..]);
    }

    private static string? ProblemOfCall(string name, List<ShellWord> operands)
    {
        if (s_evaluateAsCommand.Contains(name))
            return $"{name} reads texts as program text";
        if (name is "test" or "[" or "printf" && operands.Exists(word => word.Text == "-v"))
            return $"{name} -v takes a text as a name";
        if (s_takeNames.Contains(name) && operands.Exists(word => word.HasValue && !Assignment().IsMatch(word.Raw)))
            return $"{name} takes a value as a name";
        if (s_shells.Contains(name) && operands.Find(word => !IsOption(word)) is not { HasValue: false })
            return $"{name} reads a value as program text";
        return Interpreter().IsMatch(name) ? ProblemOfProgram(name, operands) : null;
    }

    // What another language's program is made of must not be a value, nor hold one.
    private static string? ProblemOfProgram(string name, List<ShellWord> operands)
    {
        bool isKnown = false, isProgram = false;
        foreach (ShellWord word in operands)
        {
            Match plain = PlainValue().Match(word.Raw);
            bool mayBe = plain.Success && !isProgram && (isKnown || plain.Groups[1].Success);
            if (word.HasValue && !mayBe)
                return $"{name} reads a value as program text";
            isKnown |= !word.HasValue && !IsOption(word);
            isProgram = ProgramOption().IsMatch(word.Text);
        }
        return isKnown ? null : $"{name} needs a program of its own";
    }

    private static string NameOf(ShellWord word) => word.Text[(word.Text.LastIndexOf('/') + 1)..];

    private static bool IsOption(ShellWord word) => word.Text.StartsWith('-') || word.Text.StartsWith('+');

    private static bool RunsText(ShellWord word)
        => word.HasValue || word.Text is "-" or "--" || word.Text.StartsWith("--", StringComparison.Ordinal)
            || word.Text.AsSpan(1).ContainsAny("csoO");

    private static bool SplitsText(ShellWord word)
        => word.Text.StartsWith("--split", StringComparison.Ordinal)
            || (!word.Text.StartsWith("--", StringComparison.Ordinal) && word.Text.Contains('S'));

    [GeneratedRegex(@"\[\[(?![:.=])(\s|[()<>;&|]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex DoubleBracket();

    [GeneratedRegex(@"^([A-Za-z_][A-Za-z0-9_]*)\+?=", RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\[.*\]\+?=", RegexOptions.CultureInvariant)]
    private static partial Regex Element();

    [GeneratedRegex(@"^[0-9]+[smhd]?$", RegexOptions.CultureInvariant)]
    private static partial Regex Amount();

    [GeneratedRegex(@"^(--?[\w-]+=|[A-Za-z_]\w*=)?(""?)\$(\w+|\{\w+\}|@)\2$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainValue();

    [GeneratedRegex("^-[A-Za-z]*[eEcfr]$", RegexOptions.CultureInvariant)]
    private static partial Regex ProgramOption();

    [GeneratedRegex(@"^([gmn]?awk|original-awk|[gs]?sed|perl|python|ruby|php|lua|node|tclsh|bc|dc)[0-9.]*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Interpreter();
}
