using System.Globalization;
using System.Text;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// A command line for the shell with its variables put in. What comes from a message never becomes a part of the line:
/// the line names environment variables, and the shell does not read again what it finds in them. So no text of a mail
/// can become a command, or a word of its own. Numbers stand in the line themselves.
/// </summary>
internal sealed class ShellCommand
{
    /// <summary>Octets of one variable, and of all together; the system refuses programs that get more.</summary>
    private const int ValueLimit = 100 * 1024, ValuesLimit = 512 * 1024;

    private readonly StringBuilder _line = new();
    private readonly List<string> _values = [];
    private readonly Dictionary<string, string> _names = [];
    private readonly Func<string, string?> _valueOf;
    private readonly Func<string, bool> _holdsWord;
    private int _octets;
    private bool _hasDollar;

    private ShellCommand(Func<string, string?> valueOf, Func<string, bool> holdsWord)
    {
        _valueOf = valueOf;
        _holdsWord = holdsWord;
    }

    private enum Quote
    {
        None,
        Single,
        Double,
    }

    public string Line => _line.ToString();

    /// <summary>What the line refers to: <c>NAME=value</c>, octets as characters.</summary>
    public IReadOnlyList<string> Environment => _values;

    /// <param name="command">As it stands in the file.</param>
    /// <param name="valueOf">A variable's value by its name; null for a name that is none of ours, which is left to the
    /// shell.</param>
    /// <param name="holdsWord">The answer to <c>$in_text(word)</c>.</param>
    public static ShellCommand Make(string command, Func<string, string?> valueOf, Func<string, bool> holdsWord)
    {
        var made = new ShellCommand(valueOf, holdsWord);
        made.Expand(command);
        if (!made._hasDollar)
            made.AddReference("msgfile", Quote.None, lead: " ");
        return made;
    }

    private void Expand(string command)
    {
        var quote = Quote.None;
        for (int at = 0; at < command.Length;)
        {
            char c = command[at];
            if (c == '$' && TryReadVariable(command, quote, ref at))
                continue;
            _hasDollar |= c == '$';
            if (c == '\\' && quote != Quote.Single && at + 1 < command.Length)
            {
                _hasDollar |= command[at + 1] == '$';
                _line.Append(c).Append(command[at + 1]);
                at += 2;
                continue;
            }
            quote = QuoteAfter(c, quote);
            _line.Append(c);
            at++;
        }
    }

    private static Quote QuoteAfter(char c, Quote quote) => (c, quote) switch
    {
        ('\'', Quote.None) => Quote.Single,
        ('\'', Quote.Single) => Quote.None,
        ('"', Quote.None) => Quote.Double,
        ('"', Quote.Double) => Quote.None,
        _ => quote,
    };

    private bool TryReadVariable(string command, Quote quote, ref int at)
    {
        int end = at + 1;
        while (end < command.Length && (char.IsAsciiLetter(command[end]) || command[end] == '_'))
            end++;
        if (end == at + 1 && end < command.Length && command[end] is (>= '1' and <= '9') or '+')
            end++;
        string name = command[(at + 1)..end];
        if (name == "in_text" && TryReadArgument(command, end, out string word, out int after))
        {
            _hasDollar = true;
            _line.Append(_holdsWord(word) ? '1' : '0');
            at = after;
            return true;
        }
        if (name.Length == 0 || _valueOf(name) is null)
            return false;
        AddReference(name, quote, lead: "");
        at = end;
        return true;
    }

    private static bool TryReadArgument(string command, int at, out string word, out int after)
    {
        int close = at < command.Length && command[at] == '(' ? command.IndexOf(')', at) : -1;
        word = close < 0 ? "" : command[(at + 1)..close].Trim();
        after = close + 1;
        return close >= 0;
    }

    private void AddReference(string name, Quote quote, string lead)
    {
        _hasDollar = true;
        if (!_names.TryGetValue(name, out string? text))
        {
            string value = _valueOf(name) ?? "";
            _names[name] = text = IsNumber(value) ? value : AddValue(value);
        }
        bool isNumber = !text.StartsWith('$');
        _line.Append(lead).Append(isNumber ? text : quote switch
        {
            Quote.Double => text,
            Quote.Single => $"'\"{text}\"'",
            _ => $"\"{text}\"",
        });
    }

    private string AddValue(string value)
    {
        string kept = value.Replace("\0", "", StringComparison.Ordinal);
        int room = Math.Min(ValueLimit, ValuesLimit - _octets);
        kept = kept.Length > room ? kept[..room] : kept;
        _octets += kept.Length;
        string name = "MM_" + (_values.Count + 1).ToString(CultureInfo.InvariantCulture);
        _values.Add($"{name}={kept}");
        return $"${{{name}}}";
    }

    private static bool IsNumber(string value)
        => value.Length is > 0 and < 20 && value.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
}
