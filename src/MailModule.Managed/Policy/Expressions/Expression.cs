namespace MailModule.Policy.Expressions;

/// <summary>
/// A logical expression of the old module's language: in users' forward files, in lists of senders and in filters
/// (docs/forward-files.md). Immutable; any thread.
/// </summary>
internal sealed class Expression
{
    /// <summary>Characters of an expression at most.</summary>
    public const int LengthLimit = 4096;

    private Expression(Condition root) => Root = root;

    internal Condition Root { get; }

    /// <summary>Reads an expression; the error tells what is wrong and at which character.</summary>
    /// <param name="variables">The names that may stand after a <c>$</c>, without it; <c>in_text</c> allows
    /// <c>$in_text(word)</c>. Captures are always allowed.</param>
    public static bool TryParse(
        string text, IReadOnlySet<string> variables, out Expression expression, out string error)
    {
        expression = null!;
        error = "";
        if (text.Length > LengthLimit)
        {
            error = $"longer than {LengthLimit} characters";
            return false;
        }
        var parser = new ExpressionParser(text, variables);
        Condition? root = parser.Parse();
        error = parser.Error;
        if (root is not null)
            expression = new Expression(root);
        return root is not null;
    }
}
