using MailModule.Mail;
using MailModule.Spool;

namespace MailModule.Delivery.Reports;

/// <summary>A delivery status notification (RFC 3464): what a sender is to be told.</summary>
/// <param name="Recipients">The recipients that the DSN is about, one at least.</param>
/// <param name="Sender">The sender, who is told.</param>
/// <param name="Host">Our name, in ASCII.</param>
internal sealed record Dsn(
    ISpoolEntry Original, IReadOnlyList<DsnRecipient> Recipients, Recipient Sender, string Host, DateTimeOffset Date)
{
    /// <summary>What it tells; where that is not the same of all recipients, what matters most.</summary>
    public DsnKind Kind => Recipients.Min(recipient => recipient.Kind);

    /// <summary>
    /// The DSN goes to an address outside ASCII, so only by hosts that take UTF-8 everywhere (RFC 6531). Every other
    /// may have to pass hosts that do not, and whatever in it is not ASCII is encoded.
    /// </summary>
    public bool IsUtf8 => Sender.Address.NeedsUtf8;
}
