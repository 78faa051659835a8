using MailModule.Mail;
using MailModule.Spool;

namespace MailModule.Delivery.Reports;

/// <summary>A delivery status notification (RFC 3464): what is to be told to whom.</summary>
/// <param name="Recipients">Those whom the DSN is about, one at least.</param>
/// <param name="Sender">Who is told.</param>
/// <param name="Host">Our name, in ASCII.</param>
internal sealed record Dsn(
    ISpoolEntry Original, DsnKind Kind, IReadOnlyList<DsnRecipient> Recipients, Recipient Sender, string Host,
    DateTimeOffset Date)
{
    /// <summary>
    /// The DSN goes to an address outside ASCII, so only by hosts that take UTF-8 everywhere (RFC 6531). Every other
    /// may have to pass hosts that do not, and whatever in it is not ASCII is encoded.
    /// </summary>
    public bool IsUtf8 => Sender.Address.NeedsUtf8;
}
