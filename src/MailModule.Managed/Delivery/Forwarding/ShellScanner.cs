using System.Text;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// Cuts a line for the shell into its simple commands and their words, those in <c>$(…)</c>, back-quotes and brackets
/// as well. It changes nothing; what it finds is for <see cref="CommandRules"/>. One use.
/// </summary>
internal sealed class ShellScanner(string text)
{
    /// <summary>What no mail and no forward file chooses.</summary>
    private static readonly HashSet<string> s_ours =
        ["HOME", "USER", "LOGNAME", "PATH", "PWD", "OLDPWD", "0", "#", "?", "$", "!", "-", "errorlevel", "size_kb"];

    private readonly List<List<ShellWord>> _commands = [];
    private Frame _frame = new('\0');
    private int _at;
    private int _values;

    /// <summary>A list of commands that has not ended yet.</summary>
    private sealed class Frame(char end)
    {
        public readonly char End = end;
        public List<ShellWord> Words = [];
        public int OpenCases;
        public bool NextIsTarget;
    }

    /// <summary>Words that follow one another without <c>;</c>, <c>|</c>, <c>&amp;</c> or a bracket between.</summary>
    public IReadOnlyList<IReadOnlyList<ShellWord>> Commands => _commands;

    /// <summary>A word that is put behind the line belongs to the line's last simple command.</summary>
    public bool EndsInCommand { get; private set; }

    /// <summary>What is wrong with the line; null if nothing.</summary>
    public string? Scan()
    {
        string? error = ScanList();
        return error ?? (_frame.OpenCases > 0 ? "a case without its esac" : null);
    }

    private string? ScanList()
    {
        while (_at < text.Length)
        {
            char c = text[_at];
            if (c == _frame.End && !(c == ')' && _frame.OpenCases > 0))
            {
                EndCommand();
                _at++;
                return null;
            }
            if (ScanOne(c) is { } error)
                return error;
        }
        EndCommand();
        return _frame.End == '\0' ? null : "brackets or back-quotes that do not match";
    }

    private string? ScanOne(char c)
    {
        switch (c)
        {
            case ' ' or '\t':
                _at++;
                return null;
            case '\n' or ';' or '&' or '|':
                return Separate();
            case ')':
                return _frame.OpenCases > 0 ? Separate() : "brackets that do not match";
            case '(':
                Separate();
                return ScanNested(')') ?? NothingEnds();
            case '<' or '>':
                return ScanRedirection();
            case '#':
                int end = text.IndexOf('\n', _at);
                _at = end < 0 ? text.Length : end;
                return NothingEnds();
            default:
                return ScanWord();
        }
    }

    private string? Separate()
    {
        EndCommand();
        _at++;
        return NothingEnds();
    }

    private string? NothingEnds()
    {
        EndsInCommand = false;
        return null;
    }

    private void EndCommand()
    {
        if (_frame.Words.Count > 0)
            _commands.Add(_frame.Words);
        _frame.Words = [];
        _frame.NextIsTarget = false;
    }

    private string? ScanNested(char end)
    {
        Frame outer = _frame;
        _frame = new Frame(end);
        string? error = ScanList();
        error ??= _frame.OpenCases > 0 ? "a case without its esac" : null;
        _frame = outer;
        return error;
    }

    private string? ScanRedirection()
    {
        while (_at < text.Length && text[_at] is '<' or '>' or '&' or '|')
            _at++;
        _frame.NextIsTarget = true;
        return null;
    }

    private string? ScanWord()
    {
        int start = _at, values = _values;
        var plain = new StringBuilder();
        string? error = null;
        while (error is null && _at < text.Length && !EndsWord(text[_at]))
            error = ScanPiece(plain, isDouble: false);
        if (error is not null)
            return error;
        AddWord(new ShellWord(text[start.._at], plain.ToString(), _values > values, _frame.NextIsTarget));
        return null;
    }

    private bool EndsWord(char c) => c is ' ' or '\t' or '\n' or ';' or '&' or '|' or '(' or ')' or '<' or '>'
        || (c == '`' && _frame.End == '`');

    private void AddWord(ShellWord word)
    {
        bool isFirst = !_frame.Words.Exists(other => !CommandRules.IsBefore(other));
        _frame.Words.Add(word);
        _frame.NextIsTarget = false;
        EndsInCommand = !(isFirst && word.Text is "fi" or "done" or "esac" or "}");
        if (isFirst && word.Text == "case")
            _frame.OpenCases++;
        else if (isFirst && word.Text == "esac")
            _frame.OpenCases = Math.Max(0, _frame.OpenCases - 1);
    }

    private string? ScanPiece(StringBuilder plain, bool isDouble)
    {
        char c = text[_at];
        switch (c)
        {
            case '\\' when _frame.End == '`':
                return "a backslash inside of back-quotes: write $(...)";
            case '\\':
                plain.Append(_at + 1 < text.Length ? text[_at + 1] : '\\');
                _at = Math.Min(_at + 2, text.Length);
                return null;
            case '$':
                return ScanDollar(plain, isDouble);
            case '`':
                _at++;
                return _frame.End == '`' ? "back-quotes inside of back-quotes: write $(...)" : ScanNested('`');
            case '\'' when !isDouble:
                return ScanSingle(plain);
            case '"' when !isDouble:
                return ScanDouble(plain);
            default:
                plain.Append(c);
                _at++;
                return null;
        }
    }

    private string? ScanSingle(StringBuilder plain)
    {
        int end = text.IndexOf('\'', _at + 1);
        if (end < 0)
            return "a quote that is never closed";
        plain.Append(text, _at + 1, end - _at - 1);
        _at = end + 1;
        return null;
    }

    private string? ScanDouble(StringBuilder plain)
    {
        _at++;
        while (_at < text.Length && text[_at] != '"')
            if (ScanPiece(plain, isDouble: true) is { } error)
                return error;
        return _at++ < text.Length ? null : "a quote that is never closed";
    }

    private string? ScanDollar(StringBuilder plain, bool isDouble)
    {
        char next = _at + 1 < text.Length ? text[_at + 1] : '\0';
        if (next is '(' or '{')
        {
            _at += 2;
            plain.Append('$').Append(next);
            return next == '(' ? ScanNested(')') : ScanParameter(plain, isDouble);
        }
        plain.Append('$');
        _at++;
        string name = ReadName();
        plain.Append(name);
        AddValue(name);
        return null;
    }

    // POSIX 2.6.2: a length, a default, an alternative, an error, or a part taken off either end. Other forms are the
    // shells' own, and some of them take a value as arithmetic or as a name (${a:b}, ${a[b]}, ${!a}, ${a@P}).
    private string? ScanParameter(StringBuilder plain, bool isDouble)
    {
        const string wrong = "a form of ${...} that is not the same in every shell";
        if (text.AsSpan(_at).StartsWith("#") && !text.AsSpan(_at).StartsWith("#}"))
            _at++;
        string name = ReadName();
        AddValue(name);
        plain.Append(name);
        if (_at < text.Length && text[_at] == ':')
            _at++;
        else if (_at < text.Length && text[_at] is '#' or '%' or '}')
            return name is "" or "!" ? wrong : ScanParameterWord(plain, isDouble);
        if (name is "" or "!" || _at >= text.Length || text[_at] is not ('-' or '=' or '?' or '+'))
            return wrong;
        return ScanParameterWord(plain, isDouble);
    }

    private string? ScanParameterWord(StringBuilder plain, bool isDouble)
    {
        while (_at < text.Length && text[_at] != '}')
        {
            if (isDouble && text[_at] is '\'' or '"')
                return "a quote in ${...} inside of quotes";
            if (ScanPiece(plain, isDouble) is { } error)
                return error;
        }
        return _at++ < text.Length ? null : "a ${ that is never closed";
    }

    private string ReadName()
    {
        int start = _at;
        if (_at < text.Length && "0123456789@*#?$!-".Contains(text[_at]))
            return text[start..++_at];
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            _at++;
        return text[start.._at];
    }

    private void AddValue(string name)
    {
        if (name.Length > 0 && !s_ours.Contains(name))
            _values++;
    }
}
