using System.Text;
using MailModule.Dns;
using MailModule.Mail;

namespace MailModule.Authentication.Dkim;

/// <summary>
/// In whose name a message is signed: that of its From field, which readers see (RFC 6376 §6.3). Pure.
/// </summary>
internal static class SigningDomain
{
    /// <summary>The one domain of all addresses of the From field, with A-labels; empty: there is none.</summary>
    /// <param name="fault">Why not, for a human.</param>
    public static string Of(HeaderSection header, out string fault)
    {
        int from = header.Last("From");
        fault = header.Problem.Length > 0 ? header.Problem
            : from < 0 ? "there is no From field"
            : header.Before(from) >= 0 ? "there are several From fields" : "";
        return fault.Length > 0 ? "" : OfValue(header.Value(from), out fault);
    }

    private static string OfValue(ReadOnlySpan<byte> value, out string fault)
    {
        string text = Encoding.UTF8.GetString(value).Replace("\r\n", "", StringComparison.Ordinal)
            .Replace("\n", "", StringComparison.Ordinal);
        fault = "the From field has no address";
        if (!AddressListParser.TryParse(text, out IReadOnlyList<NamedAddress> addresses, out string problem))
            fault = "the From field cannot be read: " + problem;
        else if (addresses.Count > 0)
            return OfAddresses(addresses, out fault);
        return "";
    }

    private static string OfAddresses(IReadOnlyList<NamedAddress> addresses, out string fault)
    {
        fault = "an address in the From field has no domain";
        string found = "";
        foreach (NamedAddress named in addresses)
        {
            if (!DnsName.TryNormalize(named.Address.Domain, out string domain) || domain.Length == 0)
                return "";
            if (found.Length > 0 && found != domain)
            {
                fault = "the From field has addresses of several domains";
                return "";
            }
            found = domain;
        }
        fault = "";
        return found;
    }
}
