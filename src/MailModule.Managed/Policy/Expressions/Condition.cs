namespace MailModule.Policy.Expressions;

/// <summary>A part of an expression that is true or false.</summary>
internal abstract record Condition;

internal sealed record Not(Condition Inner) : Condition;

/// <summary>
/// A chain as written: <c>a and b or c</c> is <c>a and (b or c)</c>, for the first operator found splits the text (the
/// old module's rule). The last link's operator is not used.
/// </summary>
internal sealed record Chain(IReadOnlyList<Link> Links) : Condition;

internal readonly record struct Link(Condition Condition, bool IsOr);

/// <summary>True when it is neither empty nor 0.</summary>
internal sealed record TruthTest(Operand Operand) : Condition;

internal sealed record Comparison(Operand Left, Relation Relation, Operand Right) : Condition;

internal sealed record PatternMatch(Operand Text, Pattern Pattern) : Condition;

internal enum Relation
{
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Contains,
}

/// <summary>A text that is put together of pieces.</summary>
internal sealed record Operand(IReadOnlyList<OperandPart> Parts);

internal abstract record OperandPart;

internal sealed record Literal(string Text) : OperandPart;

internal sealed record Variable(string Name) : OperandPart;

/// <summary><c>$in_text(word)</c> or a question about a file.</summary>
internal sealed record Call(string Function, Operand Argument) : OperandPart;
