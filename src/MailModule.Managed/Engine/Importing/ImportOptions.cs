namespace MailModule.Engine.Importing;

/// <summary>What is taken over of the old module's mail. Immutable.</summary>
/// <param name="User">One user's mailbox; null: those of all users.</param>
/// <param name="Queue">The folder of queued mail; null: none is taken over.</param>
/// <param name="IsDryRun">Nothing is written: only what would be done is told.</param>
/// <param name="IsUnstuffed">Dots at the beginning of lines are left as they are.</param>
public sealed record ImportOptions(string? User, string? Queue, bool IsDryRun, bool IsUnstuffed);
