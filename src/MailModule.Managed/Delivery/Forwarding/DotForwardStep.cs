using MailModule.Mail;
using MailModule.Policy.Expressions;

namespace MailModule.Delivery.Forwarding;

/// <summary>One thing that a forward file asks for.</summary>
/// <param name="Line">Where it stands, from 1.</param>
internal abstract record DotForwardStep(int Line);

/// <summary>
/// <c>#if</c> with its <c>#elif</c> and <c>#else</c>: the first part whose condition holds is carried out.
/// </summary>
internal sealed record BranchStep(int Line, IReadOnlyList<BranchPart> Parts) : DotForwardStep(Line);

/// <param name="Condition">Null for <c>#else</c>.</param>
internal sealed record BranchPart(int Line, Expression? Condition, IReadOnlyList<DotForwardStep> Steps);

/// <summary><c>#mv folder</c>: the message goes there and not where it was going.</summary>
internal sealed record MoveStep(int Line, string Folder) : DotForwardStep(Line);

/// <summary><c>#cp folder</c>: a copy goes there too.</summary>
internal sealed record CopyStep(int Line, string Folder) : DotForwardStep(Line);

/// <summary><c>#rm</c>: the message goes into no folder.</summary>
internal sealed record RemoveStep(int Line) : DotForwardStep(Line);

/// <summary><c>!command</c>.</summary>
/// <param name="Command">What the shell gets: see <see cref="ShellCommand"/>.</param>
internal sealed record CommandStep(int Line, string Command) : DotForwardStep(Line);

/// <summary>A line of addresses.</summary>
internal sealed record RedirectStep(int Line, IReadOnlyList<MailAddress> Targets) : DotForwardStep(Line);
