using MailModule.Delivery.Local;
using MailModule.Mail;

namespace MailModule.Engine.Mailboxes;

/// <summary>Mail has come into a mailbox.</summary>
/// <param name="Sequence">From 1; a gap shows that some were lost.</param>
/// <param name="Folder">Names with slashes between; empty: the mailbox itself.</param>
/// <param name="UniqueId">As POP3 tells it.</param>
/// <param name="Octets">With CRLF line ends.</param>
public sealed record MailboxEvent(
    long Sequence, string User, string Folder, string UniqueId, long Octets, MailAddress Sender)
{
    internal static MailboxEvent Of(NewMail mail, long sequence)
        => new(sequence, mail.User, mail.Folder, mail.UniqueId, mail.WireLength, mail.Sender);
}
