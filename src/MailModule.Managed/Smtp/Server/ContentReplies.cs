namespace MailModule.Smtp.Server;

/// <summary>What is said of a message's content before its end.</summary>
/// <param name="Refusal">The client gets it after the final dot; null: none yet.</param>
/// <param name="IsCut">The refusal does not wait for that.</param>
/// <param name="Acceptance">In place of the ordinary reply, if the message is accepted.</param>
internal readonly record struct ContentReplies(Reply? Refusal, bool IsCut, Reply? Acceptance);
