using System.Globalization;
using System.Text;

namespace MailModule.Policy.Expressions;

/// <summary>
/// Expressions evaluated over one set of facts. Captures last from one expression to the next. One thread.
/// </summary>
/// <param name="isTimeUp">From then on all conditions are false, for whoever writes them may write many.</param>
internal sealed class Evaluator(IExpressionFacts facts, Func<bool>? isTimeUp = null)
{
    /// <summary>Characters of an operand at most; what is beyond is cut off.</summary>
    public const int OperandLimit = 2 * 1024 * 1024;

    public Captures Captures { get; } = new();

    /// <summary>What went wrong in the last expression, which then counted as false; null if nothing.</summary>
    public string? Problem { get; private set; }

    public bool IsTrue(Expression expression)
    {
        Problem = null;
        return IsTrue(expression.Root) && Problem is null;
    }

    private bool IsTrue(Condition condition) => condition switch
    {
        _ when HasNoTime() => false,
        Not not => !IsTrue(not.Inner),
        Chain chain => IsTrue(chain),
        TruthTest truth => TextOf(truth.Operand) is not ("" or "0"),
        Comparison comparison => Compare(comparison),
        PatternMatch match => Matches(match),
        _ => false,
    };

    private bool HasNoTime()
    {
        bool isUp = isTimeUp?.Invoke() == true;
        if (isUp)
            Problem = "the conditions took too long together";
        return isUp;
    }

    // a op (b op (c ...)): an "and" after false, or an "or" after true, decides without what follows
    private bool IsTrue(Chain chain)
    {
        for (int i = 0; i < chain.Links.Count - 1; i++)
        {
            bool isOr = chain.Links[i].IsOr;
            if (IsTrue(chain.Links[i].Condition) == isOr)
                return isOr;
        }
        return IsTrue(chain.Links[^1].Condition);
    }

    private bool Matches(PatternMatch match)
    {
        bool? result = match.Pattern.Matches(TextOf(match.Text), Captures);
        if (result is null)
            Problem = "a pattern took too long";
        return result == true;
    }

    private bool Compare(Comparison comparison)
    {
        string left = TextOf(comparison.Left), right = TextOf(comparison.Right);
        if (comparison.Relation == Relation.Contains)
            return left.Contains(right, StringComparison.Ordinal);
        int order = Compare(left, right);
        return comparison.Relation switch
        {
            Relation.Equal => order == 0,
            Relation.NotEqual => order != 0,
            Relation.Less => order < 0,
            Relation.Greater => order > 0,
            Relation.LessOrEqual => order <= 0,
            _ => order >= 0,
        };
    }

    // As numbers when both are; else as texts, blanks left out.
    private static int Compare(string left, string right)
        => IsNumber(left, out long first) && IsNumber(right, out long second)
            ? first.CompareTo(second)
            : string.CompareOrdinal(WithoutBlanks(left), WithoutBlanks(right));

    private static bool IsNumber(string text, out long number)
        => long.TryParse(text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out number);

    private static string WithoutBlanks(string text)
        => text.AsSpan().IndexOfAny(" \t\r\n") < 0
            ? text
            : string.Concat(text.Where(c => c is not (' ' or '\t' or '\r' or '\n')));

    private string TextOf(Operand operand)
        => operand.Parts.Count == 1 ? TextOf(operand.Parts[0]) : Joined(operand.Parts);

    private string Joined(IReadOnlyList<OperandPart> parts)
    {
        var joined = new StringBuilder();
        foreach (OperandPart part in parts)
        {
            string text = TextOf(part);
            joined.Append(text, 0, Math.Min(text.Length, OperandLimit - joined.Length));
            if (joined.Length == OperandLimit)
                break;
        }
        return joined.ToString();
    }

    private string TextOf(OperandPart piece) => piece switch
    {
        Literal words => words.Text,
        Variable variable => Captures.Find(variable.Name) ?? facts.Variable(variable.Name),
        Call call => Answer(call.Function, TextOf(call.Argument)),
        _ => "",
    };

    private string Answer(string function, string argument)
    {
        if (function == ExpressionParser.InText)
            return facts.ContainsWord(argument) ? "1" : "0";
        FileFacts? file = facts.File(argument);
        return function switch
        {
            "exist" => file is null ? "0" : "1",
            "fsize" => Number(file?.Length ?? 0),
            "ftime" => Number(file?.Modified ?? 0),
            _ => Convert.ToString(file?.Mode ?? 0, 8),
        };
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
