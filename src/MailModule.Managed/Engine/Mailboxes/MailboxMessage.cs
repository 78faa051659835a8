using MailModule.Mailbox;

namespace MailModule.Engine.Mailboxes;

/// <summary>One message of a mailbox.</summary>
/// <param name="UniqueId">As POP3 tells it.</param>
/// <param name="Received">When it came in; null: not known.</param>
/// <param name="Octets">With CRLF line ends, as LIST tells it.</param>
/// <param name="Length">As it is stored; -1: not known.</param>
/// <param name="IsDeleted">By this view of the mailbox.</param>
public sealed record MailboxMessage(
    string UniqueId, DateTimeOffset? Received, long Octets, long Length, MessageFlags Flags, bool IsDeleted);
