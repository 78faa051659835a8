using MailModule.Mail;

namespace MailModule.Delivery.Local;

/// <summary>Mail that is in a mailbox now, to be read.</summary>
/// <param name="Folder">Names with slashes between; empty: the mailbox itself.</param>
/// <param name="UniqueId">As POP3 tells it.</param>
/// <param name="WireLength">Octets with CRLF line ends.</param>
internal readonly record struct NewMail(
    string User, string Folder, string UniqueId, long WireLength, MailAddress Sender);
