using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Reports;

/// <summary>A recipient of a DSN whose texts a test chooses.</summary>
internal static class Told
{
    /// <param name="host">Who said the text; null: this host.</param>
    public static DsnRecipient Of(
        Recipient recipient, string status, string text, string? host, DateTimeOffset? at, DateTimeOffset? until = null)
    {
        int code = host is null ? 0 : 550;
        var result = AttemptResult.Kept(
            AttemptResultKind.Failed, Fault.RefusedPermanent, code, status, text, host ?? "", null);
        return new DsnRecipient(recipient, result, at, until);
    }
}
