using System.Text;

namespace MailModule.Mime.Reading;

/// <summary>Goes through the text of a structured field (RFC 2045 §5.1), each character once.</summary>
internal ref struct FieldScanner(string text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    public readonly bool IsAtQuote => _at < _text.Length && _text[_at] == '"';

    /// <summary>Goes behind the next semicolon; false: there is none.</summary>
    public bool TryReadSemicolon()
    {
        while (_at < _text.Length && _text[_at] != ';')
            SkipOne();
        return _at < _text.Length && _text[_at++] == ';';
    }

    /// <summary>A name with the "=" behind it, in small letters.</summary>
    public bool TryReadName(out string name)
    {
        name = "";
        SkipBlanks();
        int start = _at;
        while (_at < _text.Length && _text[_at] is not ('=' or ';' or '"'))
            _at++;
        if (_at == _text.Length || _text[_at] != '=')
            return false;
        name = _text[start.._at++].Trim().ToString().ToLowerInvariant();
        SkipBlanks();
        return name.Length > 0;
    }

    /// <summary>What is in quotes, which it stands at.</summary>
    public string ReadQuoted()
    {
        var value = new StringBuilder();
        for (_at++; _at < _text.Length && _text[_at] != '"'; _at++)
        {
            // Programs that leave backslashes of a path as they are write them before letters and digits.
            bool isEscape = _text[_at] == '\\' && _at + 1 < _text.Length && !char.IsAsciiLetterOrDigit(_text[_at + 1]);
            if (isEscape)
                _at++;
            value.Append(_text[_at]);
        }
        _at++;
        return value.ToString();
    }

    /// <summary>What stands there without quotes, up to a semicolon.</summary>
    /// <param name="isFree">With blanks and parentheses that are in it; else without comments.</param>
    public string ReadToken(bool isFree)
    {
        var value = new StringBuilder();
        while (_at < _text.Length && _text[_at] != ';')
        {
            if (!isFree && _text[_at] == '(')
                SkipComment();
            else
                value.Append(_text[_at++]);
        }
        return value.ToString().Trim();
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && (_text[_at] is ' ' or '\t' || _text[_at] == '('))
        {
            if (_text[_at] == '(')
                SkipComment();
            else
                _at++;
        }
    }

    private void SkipOne()
    {
        if (_text[_at] == '"')
            ReadQuoted();
        else if (_text[_at] == '(')
            SkipComment();
        else
            _at++;
    }

    // RFC 5322 §3.2.2: comments are in each other
    private void SkipComment()
    {
        int depth = 0;
        while (_at < _text.Length)
        {
            char c = _text[_at++];
            if (c == '\\')
                _at++;
            else if (c == '(')
                depth++;
            else if (c == ')' && --depth == 0)
                return;
        }
        _at = Math.Min(_at, _text.Length);
    }
}
