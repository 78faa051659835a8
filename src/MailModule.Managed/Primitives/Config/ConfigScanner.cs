namespace MailModule.Primitives.Config;

/// <summary>
/// Cuts one configuration text into settings and includes; the grammar of both old dialects in one.
///
/// A word starts at the beginning of a line or after white space. It is a comment to the end of the line (<c>#</c>), an
/// include (<c>@file</c>), a bare key, or <c>key=value</c>. Blanks and tabs may stand around the <c>=</c>, line ends
/// may not, so that <c>key=</c> is an empty value. A value that begins with one of the three quotes runs to the next
/// such quote, over lines, and has no escapes; any other ends at white space. Every text gives a value or an error;
/// nothing throws.
/// </summary>
internal ref struct ConfigScanner(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;
    private int _line = 1;

    /// <summary>What <see cref="Next"/> found.</summary>
    public enum Token
    {
        End,
        Setting,
        Include,
        Error,
    }

    /// <summary>The line where what was found starts.</summary>
    public int Line { get; private set; }

    public string Key { get; private set; } = "";

    /// <summary>The value, or the name of the included file; null for a bare key.</summary>
    public string? Value { get; private set; }

    public string Message { get; private set; } = "";

    public Token Next()
    {
        SkipSpaceAndComments();
        Line = _line;
        if (_at == _text.Length)
            return Token.End;
        if (_text[_at] == '@')
            return NextInclude();
        if (IsQuote(_text[_at]))
            return Fail("a quote where a setting should start");
        return NextSetting();
    }

    /// <summary>Goes on behind the line in which an error was found.</summary>
    public void LeaveLine() => SkipLine();

    private Token NextInclude()
    {
        _at++;
        if (!TryReadValue())
            return Token.Error;
        return Value!.Length > 0 ? Token.Include : Fail("@ without the name of a file");
    }

    private Token NextSetting()
    {
        Key = ReadUntilSpaceOr('=').ToString();
        if (Key.Length == 0)
            return Fail("= without a key before it");
        if (Key.Contains('\0'))
            return Fail("a NUL character");
        int key = _at;
        SkipBlanks();
        if (_at == _text.Length || _text[_at] != '=')
        {
            _at = key;
            Value = null;
            return Token.Setting;
        }
        _at++;
        SkipBlanks();
        return TryReadValue() ? Token.Setting : Token.Error;
    }

    private bool TryReadValue()
    {
        bool isComment = _at < _text.Length && _text[_at] == '#' && IsSpace(_text[_at - 1]);
        if (isComment)
            Value = "";
        else if (_at < _text.Length && IsQuote(_text[_at]))
            return TryReadQuoted();
        else
            Value = ReadUntilSpaceOr('\0').ToString();
        return IsCleanText();
    }

    private bool TryReadQuoted()
    {
        char quote = _text[_at++];
        int length = _text[_at..].IndexOf(quote);
        if (length < 0)
            return Require(false, "a quote that is never closed");
        // Not ReplaceLineEndings, for which U+0085, U+2028 and the form feed are line ends too.
        Value = _text.Slice(_at, length).ToString().Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        for (int end = _at + length; _at < end;)
            Step();
        _at++;
        return Require(_at == _text.Length || IsSpace(_text[_at]), "text right after a closing quote") && IsCleanText();
    }

    // What is no UTF-8 has become U+FFFD; in a comment that does no harm, in a value it would be another value.
    private bool IsCleanText()
        => Require(!Value!.Contains('\0'), "a NUL character")
            && Require(!Value.Contains('\uFFFD'), "a value that is not UTF-8");

    private bool Require(bool right, string message)
    {
        if (!right)
            Message = message;
        return right;
    }

    private Token Fail(string message)
    {
        Message = message;
        return Token.Error;
    }

    private ReadOnlySpan<char> ReadUntilSpaceOr(char end)
    {
        int start = _at;
        while (_at < _text.Length && !IsSpace(_text[_at]) && (_text[_at] != end || end == '\0'))
            _at++;
        return _text[start.._at];
    }

    private void SkipSpaceAndComments()
    {
        while (_at < _text.Length && (IsSpace(_text[_at]) || _text[_at] == '#'))
        {
            if (_text[_at] == '#')
                SkipLine();
            else
                Step();
        }
    }

    private void SkipLine()
    {
        int length = _text[_at..].IndexOfAny('\r', '\n');
        _at = length < 0 ? _text.Length : _at + length;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
            _at++;
    }

    // CR, LF and CRLF each end one line.
    private void Step()
    {
        char c = _text[_at++];
        if (c == '\n' || (c == '\r' && (_at == _text.Length || _text[_at] != '\n')))
            _line++;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r' or '\n' or '\f' or '\v';

    private static bool IsQuote(char c) => c is '"' or '\'' or '`';
}
