using MailModule.Smtp;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>What handlers have decided about a step.</summary>
internal enum StepAnswerKind
{
    /// <summary>Nothing: the module's own checks decide.</summary>
    Continue,
    Accept,
    /// <summary>Always with a reply.</summary>
    Refuse,
    /// <summary>Always with a reply.</summary>
    Close,
    Done,
    Local,
    Forward,
}

/// <summary>The answer of a host's handlers to one step. A reply of null means the step's ordinary one.</summary>
internal readonly record struct StepAnswer(StepAnswerKind Kind, Reply? Reply = null)
{
    public static StepAnswer Refuse(Reply reply) => new(StepAnswerKind.Refuse, reply);

    public bool IsRefusal => Kind is StepAnswerKind.Refuse or StepAnswerKind.Close;
}
