namespace MailModule.Mailbox;

/// <summary>What a user's mailbox holds, all its folders together.</summary>
/// <param name="Octets">At rest, where names tell it; else on the wire.</param>
internal readonly record struct MailboxUsage(long Octets, long Messages);
