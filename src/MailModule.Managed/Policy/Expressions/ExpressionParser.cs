using System.Text;

namespace MailModule.Policy.Expressions;

/// <summary>
/// Reads an expression: <c>||</c> and <c>&amp;&amp;</c> without precedence, <c>!</c>, parentheses, comparisons,
/// patterns. A pure function of its text; the error tells what is wrong and where.
/// </summary>
internal ref struct ExpressionParser(string text, IReadOnlySet<string> variables)
{
    /// <summary>The call that stands where a variable may.</summary>
    public const string InText = "in_text";

    private const int DepthLimit = 32;

    private static readonly string[] s_fileFunctions = ["exist", "fsize", "ftime", "fmode"];

    private readonly string _text = text;
    private readonly IReadOnlySet<string> _variables = variables;
    private int _at;
    private int _depth;

    public string Error { get; private set; } = "";

    /// <summary>The whole text as one condition; null, and <see cref="Error"/> says why.</summary>
    public Condition? Parse()
    {
        Condition? condition = ParseChain();
        if (condition is not null && !AtEnd)
            condition = Fail(_text[_at] == ')' ? "a parenthesis too many" : "an operator is missing");
        return condition;
    }

    private readonly bool AtEnd => _at == _text.Length;

    private Condition? ParseChain()
    {
        var links = new List<Link>();
        while (true)
        {
            if (ParseUnary() is not { } condition)
                return null;
            bool isOr = TryConsume("||");
            bool goesOn = isOr || TryConsume("&&");
            links.Add(new Link(condition, isOr));
            if (!goesOn)
                return links.Count == 1 ? links[0].Condition : new Chain(links);
        }
    }

    private Condition? ParseUnary()
    {
        SkipBlanks();
        bool isNot = !AtEnd && _text[_at] == '!' && !LooksAt("!=");
        if (isNot)
            _at++;
        else if (!TryConsume("("))
            return ParseComparison();
        if (++_depth > DepthLimit)
            return Fail($"more than {DepthLimit} conditions inside each other");
        Condition? inner = isNot ? ParseUnary() : ParseChain();
        _depth--;
        if (inner is null)
            return null;
        if (isNot)
            return new Not(inner);
        return TryConsume(")") ? inner : Fail("a parenthesis is not closed");
    }

    private Condition? ParseComparison()
    {
        if (ParseOperand() is not { } left)
            return null;
        if (TryConsume("=~"))
            return ParsePattern(left);
        Relation? relation = ParseRelation();
        if (relation is null)
            return new TruthTest(left);
        return ParseOperand() is { } right ? new Comparison(left, relation.Value, right) : null;
    }

    private Relation? ParseRelation()
    {
        if (TryConsume("==") || (!LooksAt("=~") && TryConsume("=")))
            return Relation.Equal;
        if (TryConsume("!="))
            return Relation.NotEqual;
        if (TryConsume("<="))
            return Relation.LessOrEqual;
        if (TryConsume(">="))
            return Relation.GreaterOrEqual;
        if (TryConsume("<"))
            return Relation.Less;
        if (TryConsume(">"))
            return Relation.Greater;
        return TryConsume("~") ? Relation.Contains : null;
    }

    private Condition? ParsePattern(Operand left)
    {
        if (!TryConsume("/"))
            return Fail("a pattern stands between slashes");
        int start = _at;
        while (!AtEnd && _text[_at] != '/')
            _at += _text[_at] == '\\' && _at + 1 < _text.Length ? 2 : 1;
        if (AtEnd)
            return Fail("a pattern has no end");
        string pattern = _text[start.._at++];
        start = _at;
        while (!AtEnd && char.IsAsciiLetter(_text[_at]))
            _at++;
        return Pattern.TryParse(pattern, _text[start.._at], out Pattern made, out string error)
            ? new PatternMatch(left, made)
            : Fail(error);
    }

    // Blanks between the parts of an operand belong to it, those around it do not.
    private Operand? ParseOperand()
    {
        var pieces = new List<OperandPart>();
        SkipBlanks();
        while (!AtEnd && !EndsOperand())
        {
            int before = _at;
            SkipBlanks();
            if (AtEnd || EndsOperand())
                break;
            if (_at > before && pieces.Count > 0)
                pieces.Add(new Literal(_text[before.._at]));
            if (ParsePart() is not { } piece)
                return null;
            pieces.Add(piece);
        }
        if (pieces.Count > 0)
            return new Operand(pieces);
        Fail("a value is missing");
        return null;
    }

    private readonly bool EndsOperand()
        => _text[_at] is '=' or '<' or '>' or '~' or ')' or '(' || LooksAt("!=") || LooksAt("||") || LooksAt("&&");

    private OperandPart? ParsePart() => _text[_at] switch
    {
        '$' => ParseVariable(),
        '"' or '\'' or '`' => ParseQuoted(_text[_at]),
        _ => ParseWord(),
    };

    private OperandPart? ParseVariable()
    {
        int start = ++_at;
        while (!AtEnd && (char.IsAsciiLetter(_text[_at]) || _text[_at] == '_'))
            _at++;
        // $\` is another way to write $`
        if (_at == start && LooksAt("\\`"))
            start = ++_at;
        if (_at == start && !AtEnd)
            _at++;
        string name = _text[start.._at];
        if (name == InText && _variables.Contains(name))
            return ParseCall(name);
        if (_variables.Contains(name) || Captures.IsName(name))
            return new Variable(name);
        Fail($"there is no variable ${name} here");
        return null;
    }

    private OperandPart? ParseQuoted(char quote)
    {
        int end = _text.IndexOf(quote, _at + 1);
        if (end < 0)
        {
            Fail("a quote has no end");
            return null;
        }
        var words = new Literal(_text[(_at + 1)..end]);
        _at = end + 1;
        return words;
    }

    private OperandPart? ParseWord()
    {
        int start = _at;
        while (!AtEnd && !EndsOperand() && _text[_at] is not (' ' or '\t' or '$' or '"' or '`'))
            _at++;
        string word = _text[start.._at];
        if (AtEnd || _text[_at] != '(')
            return new Literal(word);
        if (Array.IndexOf(s_fileFunctions, word) >= 0)
            return ParseCall(word);
        Fail($"there is no function {word} here");
        return null;
    }

    private Call? ParseCall(string function)
    {
        if (AtEnd || _text[_at] != '(')
        {
            Fail($"{function} needs a parenthesis after it");
            return null;
        }
        _at++;
        if (++_depth > DepthLimit || ParseArgument() is not { } argument)
        {
            Fail($"more than {DepthLimit} conditions inside each other");
            return null;
        }
        _depth--;
        return new Call(function, argument);
    }

    private Operand? ParseArgument()
    {
        if (ParseOperand() is not { } argument)
            return null;
        if (TryConsume(")"))
            return argument;
        Fail("a parenthesis is not closed");
        return null;
    }

    private readonly bool LooksAt(string operation)
        => string.CompareOrdinal(_text, _at, operation, 0, operation.Length) == 0;

    private bool TryConsume(string operation)
    {
        SkipBlanks();
        if (!LooksAt(operation))
            return false;
        _at += operation.Length;
        return true;
    }

    private void SkipBlanks()
    {
        while (!AtEnd && _text[_at] is ' ' or '\t')
            _at++;
    }

    // The first fault counts; those it causes do not.
    private Condition? Fail(string reason)
    {
        if (Error.Length == 0)
            Error = $"{reason} (at character {_at + 1})";
        return null;
    }
}
