using System.Text;

namespace MailModule.Authentication.Dmarc;

/// <summary>
/// Whom a message says to be from: the domains of its From field (RFC 9989 §5.3.1), as a rule one. A value; pure.
/// </summary>
/// <param name="Domains">In A-labels and small letters, each once, in order; empty where there is a fault.</param>
/// <param name="Text">What is wrong, for a human; empty: nothing.</param>
internal sealed record AuthorDomain(IReadOnlyList<string> Domains, AuthorFault Fault = AuthorFault.None,
    string Text = "")
{
    /// <summary>
    /// Domains of one From field that are judged. RFC 9989 §11.5: who judges each of many can be made to ask many.
    /// </summary>
    public const int DomainLimit = 4;

    /// <summary>Octets of a From field that are read.</summary>
    public const int FieldLimit = 16 * 1024;

    /// <summary>
    /// The domain whose name stands in results: the first; empty where there is none.
    /// </summary>
    public string Name => Domains.Count == 0 ? "" : Domains[0];

    /// <summary>
    /// Readers may see another author than any who could be judged here (RFC 9989 §11.5): only a message without a
    /// domain anywhere in its From field is harmless.
    /// </summary>
    public bool MayDeceive => Fault is AuthorFault.Repeated or AuthorFault.Malformed or AuthorFault.TooMuch;

    /// <summary>One domain that is known already; a fault where it is not a domain name.</summary>
    public static AuthorDomain Of(string domain)
        => DomainText.TryNormalize(domain, out string name)
            ? new AuthorDomain([name])
            : new AuthorDomain([], AuthorFault.Malformed, "not a domain name");

    /// <summary>The author of a message.</summary>
    public static AuthorDomain Of(HeaderSection header)
        => header.CountOf("From") switch
        {
            > 1 => new AuthorDomain([], AuthorFault.Repeated, "more than one From field"),
            // There may be another one behind what was read.
            _ when header.IsCut => new AuthorDomain([], AuthorFault.TooMuch, "the header is too long to be read whole"),
            // Some readers end a line there, and find another From field.
            _ when header.HasBareCr => new AuthorDomain([], AuthorFault.Malformed, "a CR alone in the header"),
            0 => new AuthorDomain([], AuthorFault.Missing, "no From field"),
            _ => OfField(header.Value(header.Last("From"))),
        };

    /// <summary>The author by the one From field.</summary>
    /// <param name="value">What follows the colon, folds as they are; octets as they came.</param>
    public static AuthorDomain OfField(ReadOnlySpan<byte> value)
    {
        if (value.Length > FieldLimit)
            return new AuthorDomain([], AuthorFault.TooMuch, "the From field is too long");
        // What is not UTF-8 becomes U+FFFD, which a display name may have and a domain may not.
        if (!FromField.TryRead(Encoding.UTF8.GetString(value), out List<string> domains))
            return new AuthorDomain([], AuthorFault.Malformed, "the From field cannot be read");
        if (domains.Count > DomainLimit)
            return new AuthorDomain([], AuthorFault.TooMuch, $"more than {DomainLimit} domains in the From field");
        return domains.Count == 0
            ? new AuthorDomain([], AuthorFault.NoDomain, "no domain in the From field")
            : new AuthorDomain(domains);
    }
}
