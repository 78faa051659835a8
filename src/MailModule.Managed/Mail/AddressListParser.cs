using System.Text;

namespace MailModule.Mail;

/// <summary>
/// Reads an address list as people write it and RFC 5322 §3.4 has it: entries with commas between, each an address, or
/// a name and an address in angle brackets. Commas in quotes and comments divide nothing, comments (§3.2.2) count for
/// blanks, an entry of blanks for none (§4.4). A name may have UTF-8 (RFC 6532) and characters that should stand in
/// quotes. A group is refused: whom it hides, and whether its name is meant to be seen, is for the caller to say.
/// </summary>
internal sealed class AddressListParser
{
    private readonly string _text;
    private readonly StringBuilder _raw = new();
    private readonly StringBuilder _name = new();
    private int _at;
    private string _problem = "";

    private AddressListParser(string text) => _text = text;

    /// <summary>False: <paramref name="problem"/> says why, for a person.</summary>
    public static bool TryParse(string text, out IReadOnlyList<NamedAddress> addresses, out string problem)
    {
        var found = new List<NamedAddress>();
        var parser = new AddressListParser(text);
        addresses = found;
        bool isRead = parser.TryReadAll(found);
        problem = parser._problem;
        return isRead;
    }

    private bool TryReadAll(List<NamedAddress> found)
    {
        if (_text.Any(c => char.IsControl(c) && c != '\t'))
            return Fail("it has a line break or another control character");
        while (_at < _text.Length)
        {
            if (!TryReadEntry(out NamedAddress? entry))
                return false;
            if (entry is not null)
                found.Add(entry);
            _at++; // the comma
        }
        return true;
    }

    private bool TryReadEntry(out NamedAddress? entry)
    {
        entry = null;
        if (!TryCopy(",<"))
            return false;
        if (_at < _text.Length && _text[_at] == '<')
            return TryReadBracketed(NameSoFar(), out entry);
        string bare = _raw.ToString().Trim();
        return bare.Length == 0 || TryMake("", bare, out entry);
    }

    private bool TryReadBracketed(string name, out NamedAddress? entry)
    {
        entry = null;
        _at++;
        if (!TryCopy(">,"))
            return false;
        string address = _raw.ToString().Trim();
        if (_at == _text.Length || _text[_at] != '>')
            return Fail($"there is no \">\" behind <{address}");
        _at++;
        if (!TryCopy(",<"))
            return false;
        bool isEnd = _at == _text.Length || _text[_at] == ',';
        return isEnd && string.IsNullOrWhiteSpace(_raw.ToString())
            ? TryMake(name, address, out entry)
            : Fail($"there is no comma behind <{address}>");
    }

    private bool TryMake(string name, string address, out NamedAddress? entry)
    {
        bool isAddress = MailAddress.TryParse(address, out MailAddress parsed) && !parsed.IsNull;
        entry = isAddress ? new NamedAddress(name, parsed) : null;
        return isAddress || Fail($"not an address: {address}");
    }

    /// <summary>Takes what stands before one of these characters: as it is, and as a name.</summary>
    private bool TryCopy(string stops)
    {
        _raw.Clear();
        _name.Clear();
        bool isRead = true;
        while (isRead && _at < _text.Length && !stops.Contains(_text[_at]))
            isRead = _text[_at] switch
            {
                '"' => TryCopyQuoted(),
                '(' => TrySkipComment(),
                '[' when _raw.Length > 0 && _raw[^1] == '@' => TryCopyLiteral(),
                ':' => Fail("a colon stands in quotes; groups of addresses are not taken"),
                ';' => Fail("addresses have commas between them, no semicolons"),
                '>' => Fail("there is a \">\" without its \"<\""),
                var c => Take(c),
            };
        return isRead;
    }

    private bool TryCopyQuoted()
    {
        _raw.Append('"');
        while (++_at < _text.Length && _text[_at] != '"')
        {
            _raw.Append(_text[_at]);
            if (_text[_at] == '\\' && ++_at < _text.Length)
                _raw.Append(_text[_at]);
            if (_at < _text.Length)
                _name.Append(_text[_at]);
        }
        _raw.Append('"');
        return ++_at <= _text.Length || Fail("a quote has no end");
    }

    // RFC 5322 §3.2.2: a comment may have others inside.
    private bool TrySkipComment()
    {
        int depth = 0;
        do
        {
            depth += _text[_at] == '(' ? 1 : _text[_at] == ')' ? -1 : 0;
            _at += _text[_at] == '\\' ? 2 : 1;
        }
        while (depth > 0 && _at < _text.Length);
        _raw.Append(' ');
        _name.Append(' ');
        return depth == 0 || Fail("a comment in parentheses has no end");
    }

    // An IPv6 address has colons.
    private bool TryCopyLiteral()
    {
        int end = _text.IndexOf(']', _at);
        if (end < 0)
            return Fail("an address in brackets has no end");
        _raw.Append(_text, _at, end + 1 - _at);
        _name.Append(_text, _at, end + 1 - _at);
        _at = end + 1;
        return true;
    }

    private bool Take(char c)
    {
        _raw.Append(c);
        _name.Append(c);
        _at++;
        return true;
    }

    private string NameSoFar()
        => string.Join(' ', _name.ToString().Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));

    private bool Fail(string problem)
    {
        _problem = problem;
        return false;
    }
}
