using System.Buffers;
using System.Globalization;
using System.Text;

namespace MailModule.Authentication.Results;

/// <summary>
/// Reads the words of an Authentication-Results field from front to back (RFC 8601 §2.2), with comments and folds
/// between them. In time linear in the text; what is not as expected stands where it was.
/// </summary>
internal sealed class ResultsCursor(string text)
{
    // RFC 2045 §5.1: what ends a token
    private static readonly SearchValues<char> s_special = SearchValues.Create(" \t\r\n()<>@,;:\\\"/[]?=");

    // What ends an address or a domain: local parts have some of the above.
    private static readonly SearchValues<char> s_end = SearchValues.Create(" \t\r\n();\"");

    private int _at;
    private bool _isBroken; // a comment has no end

    /// <summary>Behind blanks and comments there is nothing.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipBlanks();
            return _at == text.Length && !_isBroken;
        }
    }

    /// <summary>The next character behind blanks and comments; NUL at the end.</summary>
    public char Next
    {
        get
        {
            SkipBlanks();
            return _at < text.Length ? text[_at] : '\0';
        }
    }

    public void SkipBlanks()
    {
        int depth = 0;
        for (; _at < text.Length; _at++)
        {
            char c = text[_at];
            if (c == '(')
                depth++;
            else if (depth > 0 && c == ')')
                depth--;
            else if (depth > 0 && c == '\\')
                _at = Math.Min(_at + 1, text.Length - 1);
            else if (depth == 0 && c is not (' ' or '\t' or '\r' or '\n'))
                break;
        }
        _isBroken |= depth > 0;
    }

    public bool TryTake(char c)
    {
        bool isThere = Next == c && _at < text.Length;
        _at += isThere ? 1 : 0;
        return isThere;
    }

    /// <summary>RFC 8601 §2.2: "none" and nothing behind it.</summary>
    public bool TryTakeNoResult()
    {
        int before = _at;
        if (TryReadKeyword(out string word) && word == "none" && IsAtEnd)
            return true;
        _at = before;
        return false;
    }

    /// <summary>
    /// In small letters. RFC 8601 §2.2 has RFC 5321's Keyword: letters, digits and hyphens; "_" is seen.
    /// </summary>
    public bool TryReadKeyword(out string word)
    {
        SkipBlanks();
        int from = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_'))
            _at++;
        word = text[from.._at].ToLowerInvariant();
        return _at > from;
    }

    public bool TryReadNumber(out int number)
    {
        SkipBlanks();
        int from = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
        return int.TryParse(text.AsSpan(from, _at - from), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>A token or a quoted-string, that without its quotes.</summary>
    public bool TryReadValue(out string value)
    {
        SkipBlanks();
        if (_at < text.Length && text[_at] == '"')
            return TryReadQuoted(out value);
        value = Take(s_special);
        return value.Length > 0 && IsPrintable(value);
    }

    /// <summary>
    /// A value, or an address: [local-part] "@" domain, whose local part may be quoted; the empty one too, which is
    /// seen for a null path.
    /// </summary>
    public bool TryReadAddress(out string value)
    {
        SkipBlanks();
        int from = _at;
        if (_at == text.Length || text[_at] != '"')
        {
            value = Take(s_end);
            return IsPrintable(value);
        }
        if (!TryReadQuoted(out value))
            return false;
        if (_at == text.Length || text[_at] != '@')
            return true;
        value = text[from.._at] + Take(s_end);
        return IsPrintable(value);
    }

    private static bool IsPrintable(string value) => !value.Any(char.IsControl);

    private string Take(SearchValues<char> ends)
    {
        int length = text.AsSpan(_at).IndexOfAny(ends);
        int from = _at;
        _at = length < 0 ? text.Length : _at + length;
        return text[from.._at];
    }

    private bool TryReadQuoted(out string value)
    {
        var plain = new StringBuilder();
        for (int i = _at + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                _at = i + 1;
                value = plain.ToString();
                return IsPrintable(value);
            }
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            // RFC 5322 §2.2.3: unfolded
            if (text[i] is not ('\r' or '\n'))
                plain.Append(text[i]);
        }
        value = "";
        return false;
    }
}
