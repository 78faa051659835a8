using System.Globalization;
using System.Text;

namespace MailModule.Policy.Expressions;

/// <summary>
/// Turns a pattern of the old module into one of .NET: the escapes differ (<c>\oOOO</c> is octal, <c>\DDD</c> decimal,
/// any other letter but those of classes stands for itself), and what the old one has not, such as look-around, is
/// refused. Counted repetitions are bounded together, for each multiplies the machine that runs them.
/// </summary>
internal ref struct PatternTranslator
{
    private const int RepeatLimit = 1000;

    /// <summary>Characters of the pattern if all its repetitions were written out inside each other.</summary>
    private const int SizeLimit = 65_536;

    private readonly ReadOnlySpan<char> _text;
    private readonly StringBuilder _output;
    private int _at;
    private long _repeats;
    private string _error;

    private PatternTranslator(string text)
    {
        _text = text;
        _output = new StringBuilder(text.Length + 16);
        _repeats = 1;
        _error = "";
    }

    public static bool TryTranslate(string text, out string translated, out string error)
    {
        var pattern = new PatternTranslator(text);
        if (text.Length is 0 or > Pattern.LengthLimit)
            pattern._error = $"a pattern has 1 to {Pattern.LengthLimit} characters";
        else
            pattern.TranslateAll();
        translated = pattern._output.ToString();
        error = pattern._error;
        return error.Length == 0;
    }

    private void TranslateAll()
    {
        while (_at < _text.Length && _error.Length == 0)
        {
            char c = _text[_at];
            if (c == '\\')
                Escape();
            else if (c == '[')
                Class();
            else if (c == '{')
                Repeat();
            else if (c == '(' && _at + 1 < _text.Length && _text[_at + 1] == '?')
                _error = "groups of the form (?...) are not known here";
            else
                Copy();
        }
    }

    private void Copy() => _output.Append(_text[_at++]);

    // [], the empty class of the old module, and [^]: a bracket that comes first stands for itself, as everywhere else.
    private void Class()
    {
        Copy();
        if (_at < _text.Length && _text[_at] == '^')
            Copy();
        if (_at < _text.Length && _text[_at] == ']')
        {
            _output.Append("\\]");
            _at++;
        }
        while (_at < _text.Length && _text[_at] != ']' && _error.Length == 0)
        {
            if (_text[_at] == '\\')
                Escape();
            else if (_text[_at] == '[')
            {
                _output.Append("\\[");
                _at++;
            }
            else
                Copy();
        }
        if (_at == _text.Length && _error.Length == 0)
            _error = "a class has no end";
        else if (_error.Length == 0)
            Copy();
    }

    private void Repeat()
    {
        int end = _text[_at..].IndexOf('}');
        string inner = end < 0 ? "" : _text.Slice(_at + 1, end - 1).ToString();
        int weight = MaximumOf(inner);
        _repeats *= weight;
        if (weight == 0)
            _error = "a repetition is {n}, {n,} or {n,m}";
        else if (_repeats * _text.Length > SizeLimit)
            _error = "the repetitions multiply to too much";
        _output.Append('{').Append(inner).Append('}');
        _at += end + 1;
    }

    // The larger count, at least 1; 0 for what is no repetition.
    private static int MaximumOf(string inner)
    {
        string[] counts = inner.Split(',');
        if (counts.Length > 2 || !TryReadCount(counts[0], out int least))
            return 0;
        if (counts.Length == 1 || counts[1].Length == 0)
            return Math.Max(least, 1);
        return TryReadCount(counts[1], out int most) && most >= least ? Math.Max(most, 1) : 0;
    }

    private void Escape()
    {
        if (++_at == _text.Length)
        {
            _error = "a backslash ends the pattern";
            return;
        }
        char c = _text[_at];
        if (c == 'x')
            Number(_at + 1, 2, 16);
        else if (c == 'o')
            Number(_at + 1, 3, 8);
        else if (char.IsAsciiDigit(c))
            Number(_at, 3, 10);
        else
            Letter(c);
    }

    private void Letter(char c)
    {
        bool isKnown = c is 'n' or 'r' or 't' or 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'b' or 'B'
            || !char.IsAsciiLetter(c);
        if (isKnown)
            _output.Append('\\');
        _output.Append(c);
        _at++;
    }

    // Not "for as many digits as there are": \x414 is the letter A and a 4.
    private void Number(int start, int digits, int radix)
    {
        int value = 0, at = start;
        while (at < _text.Length && at < start + digits && DigitOf(_text[at]) is var digit && digit < radix)
        {
            value = value * radix + digit;
            at++;
        }
        if (at == start || value > 255)
        {
            _error = "an escape for one octet is \\xHH, \\oOOO or \\DDD, up to 255";
            return;
        }
        _output.Append("\\u").Append(value.ToString("X4", CultureInfo.InvariantCulture));
        _at = at;
    }

    private static int DigitOf(char c)
        => char.IsAsciiHexDigit(c)
            ? int.Parse([c], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : int.MaxValue;

    private static bool TryReadCount(string text, out int count)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count <= RepeatLimit;
}
