namespace MailModule.Engine.Serving.Handlers;

/// <summary>The answer of a host's handlers to one step of a POP3 session.</summary>
/// <param name="Text">Behind +OK or -ERR, with its response code; null: the step's ordinary one.</param>
/// <param name="IsOver">The session is to end: nobody hears the answer.</param>
internal readonly record struct Pop3StepAnswer(StepAnswerKind Kind, string? Text = null, bool IsOver = false)
{
    public bool IsRefusal => Kind is StepAnswerKind.Refuse or StepAnswerKind.Close;
}
