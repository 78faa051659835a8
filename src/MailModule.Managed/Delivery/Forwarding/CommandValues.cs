using System.Globalization;
using MailModule.Policy.Expressions;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// What a command is told of a message: groups of the last match as the shell's arguments (<c>$1</c> …), the rest as
/// variables of the environment. Without NUL, and cut to what the system lets a program have.
/// </summary>
internal sealed class CommandValues
{
    private const int ValueLimit = 100 * 1024, ValuesLimit = 512 * 1024;
    private const string MessageFile = "msgfile";

    /// <summary>Names that mean nothing to a shell or a program.</summary>
    private static readonly string[] s_names = ["size_kb", "errorlevel", MessageFile, "body", "text"];

    private readonly List<string> _arguments = [];
    private readonly List<string> _variables = [];
    private int _room = ValuesLimit;

    /// <param name="command">The file that holds the message is made only for a command that asks for it.</param>
    /// <param name="captures">The last match.</param>
    /// <param name="valueOf">A variable's value by its name.</param>
    public CommandValues(string command, Captures captures, Func<string, string> valueOf)
    {
        int count = 9;
        while (count > 0 && Group(captures, count).Length == 0)
            count--;
        for (int i = 1; i <= count; i++)
            _arguments.Add(Cut(Group(captures, i)));
        foreach (string name in s_names)
            if (name != MessageFile || command.Contains(name, StringComparison.Ordinal))
                _variables.Add($"{name}={Cut(valueOf(name))}");
    }

    /// <summary>From <c>$1</c> on.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary><c>name=value</c>.</summary>
    public IReadOnlyList<string> Variables => _variables;

    private static string Group(Captures captures, int number)
        => captures.Find(number.ToString(CultureInfo.InvariantCulture)) ?? "";

    private string Cut(string value)
    {
        string kept = value.Length > ValueLimit ? value[..ValueLimit] : value;
        kept = kept.Replace("\0", "", StringComparison.Ordinal);
        kept = kept[..Math.Min(kept.Length, _room)];
        _room -= kept.Length;
        return kept;
    }
}
