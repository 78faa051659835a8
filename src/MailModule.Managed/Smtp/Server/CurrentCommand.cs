namespace MailModule.Smtp.Server;

/// <summary>The command that a session is at, or was at last.</summary>
/// <param name="Rule">Null: there was none yet.</param>
/// <param name="Argument">Null: nobody wants it.</param>
internal readonly record struct CurrentCommand(VerbRule? Rule, byte[]? Argument);
