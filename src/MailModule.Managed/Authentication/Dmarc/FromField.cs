using System.Text;

namespace MailModule.Authentication.Dmarc;

/// <summary>
/// Reads the domains out of a From field (RFC 5322 §3.4, §3.6.2; groups: RFC 6854). What people write is taken: names
/// with characters that should stand in quotes, words behind an address, entries of blanks. What two readers might
/// read in two ways is not: text between two addresses, routes, two "@", control characters, an encoded-word where an
/// address should be. A pure function of its text, in time linear in it.
/// </summary>
internal sealed class FromField
{
    private readonly List<Token> _tokens = [];
    private readonly List<string> _domains = [];
    private readonly string _text;
    private int _at;
    private bool _hasLiteral;

    private FromField(string text) => _text = text;

    /// <summary>
    /// A word has its dots; Kind is the character itself for what stands alone. IsApart: a blank or a comment stands
    /// before it.
    /// </summary>
    private readonly record struct Token(char Kind, string Text, bool IsApart);

    private const char Word = 'w';
    private const char Quoted = '"';
    private const char Literal = '[';

    /// <param name="domains">Each once, as <see cref="DomainText"/> has them.</param>
    /// <returns>False: it is malformed.</returns>
    public static bool TryRead(string value, out List<string> domains)
    {
        var field = new FromField(value.TrimEnd('\r', '\n'));
        domains = field._domains;
        return field.TrySplit() && field.TryReadEntries() && !field.IsHidden;
    }

    /// <summary>There is no address, but something that a reader may take for one: in a comment, in quotes.</summary>
    private bool IsHidden => _domains.Count == 0 && !_hasLiteral && _text.AsSpan().ContainsAny("@\ufe6b\uff20");

    private bool TrySplit()
    {
        bool isApart = false;
        while (_at < _text.Length)
        {
            char c = _text[_at];
            int from = _at;
            if (c is ' ' or '\t' || TrySkipFold())
            {
                _at = Math.Max(_at, from + 1);
                isApart = true;
                continue;
            }
            if (c == '(')
            {
                if (!TrySkipComment())
                    return false;
                isApart = true;
                continue;
            }
            if (!TrySkipToken(c, out char kind))
                return false;
            _tokens.Add(new Token(kind, _text[from.._at], isApart));
            isApart = false;
        }
        return true;
    }

    private bool TrySkipToken(char c, out char kind)
    {
        kind = c;
        switch (c)
        {
            case '"':
                return TrySkipTo('"');
            case '[':
                return TrySkipTo(']');
            case '@' or '<' or '>' or ':' or ';' or ',':
                _at++;
                return true;
        }
        kind = Word;
        int from = _at;
        while (_at < _text.Length && IsWordCharacter(_text[_at]))
            _at++;
        return _at > from;
    }

    private static bool IsWordCharacter(char c)
        => c != ' ' && !char.IsControl(c) && !"()<>[]:;@\\,\"".Contains(c);

    /// <summary>RFC 5322 §2.2.3: a line end before a blank.</summary>
    private bool TrySkipFold()
    {
        int end = _text[_at] == '\r' ? _at + 1 : _at;
        bool isFold = end + 1 < _text.Length && _text[end] == '\n' && _text[end + 1] is ' ' or '\t';
        if (isFold)
            _at = end + 1;
        return isFold;
    }

    private bool TrySkipComment()
    {
        int depth = 0;
        do
        {
            depth += _text[_at] == '(' ? 1 : _text[_at] == ')' ? -1 : 0;
            if (!TrySkipInside())
                return false;
        }
        while (depth > 0 && _at < _text.Length);
        return depth == 0;
    }

    private bool TrySkipTo(char end)
    {
        if (!TrySkipInside())
            return false;
        while (_at < _text.Length)
        {
            bool isEnd = _text[_at] == end;
            if (!TrySkipInside())
                return false;
            if (isEnd)
                return true;
        }
        return false;
    }

    /// <summary>One character inside a comment, quotes or brackets, or two of a quoted-pair.</summary>
    private bool TrySkipInside()
    {
        if (TrySkipFold())
            return true;
        if (_text[_at] == '\\')
            _at++;
        return _at < _text.Length && (_text[_at] is '\t' || !char.IsControl(_text[_at])) && ++_at > 0;
    }

    private bool TryReadEntries()
    {
        bool isGroup = false, isBracketed = false;
        int from = 0;
        for (int i = 0; i < _tokens.Count; i++)
        {
            char kind = _tokens[i].Kind;
            if (kind is '<' or '>')
            {
                if (isBracketed == (kind == '<'))
                    return false;
                isBracketed = kind == '<';
            }
            if (kind is not (',' or ';' or ':'))
                continue;
            // RFC 5322 §4.4: a route, or <mailto:...>: readers differ.
            if (isBracketed || !TryEndEntry(kind, from, i, ref isGroup))
                return false;
            from = i + 1;
        }
        return !isBracketed && TryReadEntry(from, _tokens.Count);
    }

    private bool TryEndEntry(char kind, int from, int to, ref bool isGroup)
    {
        if (kind == ':')
        {
            bool isName = !isGroup && Count('@', from, to) == 0 && Count('<', from, to) == 0;
            isGroup = true;
            return isName;
        }
        if (kind == ';' && !isGroup)
            return false;
        isGroup &= kind != ';';
        return TryReadEntry(from, to);
    }

    private bool TryReadEntry(int from, int to)
    {
        int begin = _tokens.FindIndex(from, to - from, token => token.Kind == '<');
        if (begin < 0)
            return TryReadAddress(from, to);
        int end = _tokens.FindIndex(begin, to - begin, token => token.Kind == '>');
        bool isEnd = end >= 0 && _tokens.FindIndex(end, to - end, token => !IsHarmlessBehind(token)) < 0;
        // An empty pair of brackets lets a reader take the name for the address.
        bool isNamed = end > begin + 1 || Count('@', from, begin) == 0;
        return isEnd && isNamed && TryReadAddress(begin + 1, end);
    }

    private static bool IsHarmlessBehind(Token token)
        => token.Kind is '>' || (token.Kind is Word or Quoted && !token.Text.Contains('@') && !IsEncoded(token));

    /// <summary>RFC 2047 §2: some readers decode it wherever it stands.</summary>
    private static bool IsEncoded(Token token)
        => token.Kind is Word or Quoted && token.Text.Contains("=?", StringComparison.Ordinal);

    private int Count(char kind, int from, int to)
        => _tokens[from..to].Count(token => token.Kind == kind);

    /// <summary>An addr-spec; nothing; or words without a domain.</summary>
    private bool TryReadAddress(int from, int to)
    {
        List<Token> tokens = _tokens[from..to];
        if (tokens.Any(IsEncoded))
            return false;
        int at = tokens.FindIndex(token => token.Kind == '@');
        if (at < 0)
            return tokens.TrueForAll(token => token.Kind is Word or Quoted);
        return at > 0 && TryJoin(tokens[..at], isQuotedTaken: true, out _) && TryReadDomain(tokens[(at + 1)..]);
    }

    private bool TryReadDomain(List<Token> tokens)
    {
        if (tokens.Count == 1 && tokens[0].Kind == Literal)
            return _hasLiteral = true;
        if (!TryJoin(tokens, isQuotedTaken: false, out string text)
            || !DomainText.TryNormalize(text, out string domain))
            return false;
        // More than are judged are not kept either.
        if (_domains.Count <= AuthorDomain.DomainLimit && !_domains.Contains(domain))
            _domains.Add(domain);
        return true;
    }

    /// <summary>RFC 5322 §4.4: blanks and comments may stand around dots, and only there.</summary>
    private static bool TryJoin(List<Token> tokens, bool isQuotedTaken, out string text)
    {
        var joined = new StringBuilder();
        text = "";
        for (int i = 0; i < tokens.Count; i++)
        {
            Token token = tokens[i];
            if (token.Kind != Word && !(isQuotedTaken && token.Kind == Quoted))
                return false;
            if (i > 0 && joined[^1] != '.' && token.Text[0] != '.')
                return false;
            joined.Append(token.Text);
        }
        text = joined.ToString();
        return tokens.Count > 0;
    }
}
