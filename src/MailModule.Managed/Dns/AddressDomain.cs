using System.Text;
using MailModule.Mail;

namespace MailModule.Dns;

/// <summary>The domain of an address as the DNS has it (RFC 5891).</summary>
internal static class AddressDomain
{
    /// <summary>
    /// The address with A-labels in place of U-labels, so that it needs no SMTPUTF8 (RFC 6531 §3.2). Where its local
    /// part is not ASCII it needs that all the same, and stays as it is, as an address does that is ASCII already.
    /// </summary>
    /// <returns>False: the DNS can have no such domain.</returns>
    public static bool TryMakeAscii(MailAddress address, out MailAddress ascii)
    {
        ascii = address;
        if (!address.NeedsUtf8 || !Ascii.IsValid(address.LocalPart))
            return true;
        return DnsName.TryNormalize(address.Domain, out string domain)
            && MailAddress.TryParse(address.Text[..^address.Domain.Length] + domain, out ascii) && !ascii.NeedsUtf8;
    }
}
