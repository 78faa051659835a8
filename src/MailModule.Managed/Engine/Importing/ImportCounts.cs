namespace MailModule.Engine.Importing;

/// <summary>How much was taken over, or would be.</summary>
/// <param name="Messages">Into mailboxes.</param>
/// <param name="Queued">Into the queue.</param>
/// <param name="Known">Taken over before.</param>
/// <param name="Failed">Not taken over.</param>
/// <param name="Octets">Of what was taken over.</param>
public readonly record struct ImportCounts(long Messages, long Queued, long Known, long Failed, long Octets);
