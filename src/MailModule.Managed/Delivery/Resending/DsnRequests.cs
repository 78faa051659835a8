using MailModule.Mail;

namespace MailModule.Delivery.Resending;

/// <summary>
/// What becomes of a sender's wishes for reports when its message is sent on to others (RFC 3461 §5.2.7). Pure.
/// </summary>
internal static class DsnRequests
{
    /// <summary>The recipient that takes another's place: an alias's target, a forward file's.</summary>
    /// <param name="isOnly">Nobody else gets the message in that place.</param>
    public static Recipient PassedOn(Recipient from, MailAddress to, string? maildrop, bool isOnly) => new(to, maildrop)
    {
        // RFC 3461 §5.2.7.1: one target gets all the wishes; §5.2.7.2 (c): several get them without SUCCESS
        Notify = isOnly ? from.Notify : WithoutSuccess(from.Notify),
        OriginalRecipient = from.OriginalRecipient ?? $"rfc822;{from.Address.Text}",
    };

    /// <summary>Whoever wished for nothing but success then wishes for nothing.</summary>
    public static Notify WithoutSuccess(Notify notify)
    {
        Notify rest = notify & ~Notify.Success;
        return notify != Notify.Default && rest == Notify.Default ? Notify.Never : rest;
    }
}
