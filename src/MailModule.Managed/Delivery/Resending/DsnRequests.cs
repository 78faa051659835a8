using MailModule.Mail;

namespace MailModule.Delivery.Resending;

/// <summary>
/// What becomes of a sender's NOTIFY when its message is sent on to others (RFC 3461 §5.2.7). Pure.
/// </summary>
internal static class DsnRequests
{
    /// <summary>The recipient that takes another's place: the target of an alias or of a forward file.</summary>
    /// <param name="isOnly">Nobody else gets the message in that place.</param>
    public static Recipient PassedOn(Recipient from, MailAddress to, string? maildrop, bool isOnly) => new(to, maildrop)
    {
        // RFC 3461 §5.2.7.2: one target gets all of NOTIFY; §5.2.7.3 (c): several get it without SUCCESS
        Notify = isOnly ? from.Notify : WithoutSuccess(from.Notify),
        OriginalRecipient = from.OriginalRecipient ?? $"rfc822;{from.Address.Text}",
    };

    /// <summary>Without SUCCESS; NOTIFY=SUCCESS alone becomes NEVER.</summary>
    public static Notify WithoutSuccess(Notify notify)
    {
        Notify rest = notify & ~Notify.Success;
        return notify != Notify.Default && rest == Notify.Default ? Notify.Never : rest;
    }
}
