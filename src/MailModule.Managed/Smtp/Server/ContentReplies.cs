namespace MailModule.Smtp.Server;

/// <summary>What is said of a message's content before its end. Immutable.</summary>
/// <param name="Refusal">The client gets it after the final dot; null: none yet.</param>
/// <param name="IsCut">The refusal does not wait for that.</param>
/// <param name="Acceptance">In place of the ordinary reply, if the message is accepted.</param>
internal sealed record ContentReplies(Reply? Refusal, bool IsCut, Reply? Acceptance)
{
    /// <summary>Nothing yet: what all sessions have in common that are not told anything.</summary>
    public static readonly ContentReplies None = new(null, false, null);
}
