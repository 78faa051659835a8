using System.Collections.Frozen;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// A forward file as read. One with an error anywhere is not carried out at all: half of what a user meant may be the
/// wrong half. Immutable; any thread.
/// </summary>
/// <param name="Steps">In order.</param>
/// <param name="Errors">Line and what is wrong with it.</param>
internal sealed record DotForwardScript(
    IReadOnlyList<DotForwardStep> Steps, IReadOnlyList<(int Line, string Text)> Errors)
{
    /// <summary>Whose file it is.</summary>
    public FileOwner Owner { get; init; }

    /// <summary>Commands stand in it.</summary>
    public bool HasCommands { get; } = Steps.Any(HasCommand);

    /// <summary>Variables of expressions, beside captures; those of <see cref="StoredResults"/> are no command's.
    /// </summary>
    public static readonly FrozenSet<string> Variables =
        FrozenSet.Create(
            ["size_kb", "text", "body", "msgfile", "errorlevel", "in_text", .. StoredResults.Variables]);

    private static bool HasCommand(DotForwardStep step)
        => step is CommandStep || (step is BranchStep branch && branch.Parts.Any(part => part.Steps.Any(HasCommand)));
}
