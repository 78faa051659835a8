using System.Text;

namespace MailModule.Mime.Reading;

/// <summary>
/// Reads the addresses of a field (RFC 5322 §3.4, §4.4) as they are found in mail: whatever stands there, each
/// character is read once, and what is no address is a name.
/// </summary>
internal sealed class AddressField
{
    private readonly string _text;
    private readonly List<FoundAddress> _found = [];
    private readonly StringBuilder _words = new();
    private readonly StringBuilder _bare = new();
    private string? _bracketed;
    private string _comment = "";
    private string _group = "";
    private int _at;

    private AddressField(string text) => _text = text;

    /// <param name="text">Unfolded.</param>
    public static IReadOnlyList<FoundAddress> Read(string text)
    {
        var field = new AddressField(text);
        while (field._at < text.Length)
            field.ReadNext();
        field.End();
        return field._found;
    }

    private void ReadNext()
    {
        char c = _text[_at++];
        switch (c)
        {
            case ',':
                End();
                break;
            case ';':
                End();
                _group = "";
                break;
            case ':' when _bracketed is null:
                _group = EncodedText.Decode(_words.ToString().Trim());
                Clear();
                break;
            case '<':
                _bracketed = ReadBracketed();
                break;
            case '(':
                _comment = ReadComment();
                _words.Append(' ');
                break;
            case '"':
                ReadQuoted(_bare, _words);
                break;
            case '[':
                ReadLiteral();
                break;
            default:
                Add(c);
                break;
        }
    }

    private void Add(char c)
    {
        _words.Append(c);
        if (c is not (' ' or '\t'))
            _bare.Append(c);
    }

    private void End()
    {
        string words = _words.ToString().Trim();
        if (_bracketed is not null)
            Find(_bracketed, words.Length > 0 ? words : _comment);
        else if (_bare.Length > 0)
            EndBare(words);
        Clear();
    }

    // "root" is an address, "Ann Doe" is none.
    private void EndBare(string words)
    {
        string bare = _bare.ToString();
        bool isAddress = bare.Contains('@') || !words.AsSpan().ContainsAny(' ', '\t');
        Find(isAddress ? bare : "", isAddress ? _comment : words);
    }

    private void Find(string address, string name)
        => _found.Add(new FoundAddress(address, EncodedText.Decode(name), _group));

    private void Clear()
    {
        _words.Clear();
        _bare.Clear();
        _bracketed = null;
        _comment = "";
    }

    /// <summary>Up to the closing bracket; where there is none, to what divides addresses.</summary>
    private string ReadBracketed()
    {
        var address = new StringBuilder();
        while (_at < _text.Length && _text[_at] != '>' && !(_text[_at] == ',' && !IsRoute(address)))
        {
            char c = _text[_at++];
            if (c == '"')
                ReadQuoted(address, null);
            else if (c == '(')
                ReadComment();
            else if (c is not (' ' or '\t'))
                address.Append(c);
        }
        if (_at < _text.Length && _text[_at] == '>')
            _at++;
        string text = address.ToString();
        // RFC 5322 §4.4: a route before the address means nothing
        return IsRoute(address) && text.IndexOf(':') is >= 0 and var colon ? text[(colon + 1)..] : text;
    }

    private static bool IsRoute(StringBuilder address) => address.Length > 0 && address[0] == '@';

    /// <param name="raw">Gets it with quotes and backslashes.</param>
    /// <param name="plain">Gets what they mean.</param>
    private void ReadQuoted(StringBuilder raw, StringBuilder? plain)
    {
        raw.Append('"');
        for (; _at < _text.Length && _text[_at] != '"'; _at++)
        {
            if (_text[_at] == '\\' && _at + 1 < _text.Length)
                raw.Append(_text[_at++]);
            raw.Append(_text[_at]);
            plain?.Append(_text[_at]);
        }
        raw.Append('"');
        _at++;
    }

    /// <summary>What stands in it, without that of comments inside.</summary>
    private string ReadComment()
    {
        var comment = new StringBuilder();
        for (int depth = 1; _at < _text.Length; _at++)
        {
            char c = _text[_at];
            if (c == '\\' && _at + 1 < _text.Length)
                c = _text[++_at];
            else if (c == '(')
                depth++;
            else if (c == ')' && --depth == 0)
                break;
            comment.Append(c);
        }
        _at++;
        return comment.ToString().Trim();
    }

    private void ReadLiteral()
    {
        int end = _text.IndexOf(']', _at);
        string literal = end < 0 ? _text[(_at - 1)..] : _text[(_at - 1)..(end + 1)];
        _words.Append(literal);
        _bare.Append(literal);
        _at += literal.Length - 1;
    }
}
