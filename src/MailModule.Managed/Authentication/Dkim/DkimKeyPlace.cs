using MailModule.Dns;
using MailModule.Primitives.Os;

namespace MailModule.Authentication.Dkim;

/// <summary>Where a private key is, and under which name its public half is published.</summary>
/// <param name="Domain">d=, as A-labels in small letters.</param>
/// <param name="Selector">s= (RFC 6376 §3.1), as A-labels in small letters.</param>
/// <param name="File">A full path.</param>
internal sealed record DkimKeyPlace(string Domain, string Selector, string File)
{
    /// <summary>RFC 6376 §3.6.2.1: keys are below this label.</summary>
    private const string KeyLabel = "_domainkey";

    /// <summary>The name whose TXT record holds the public key.</summary>
    public string RecordName => $"{Selector}.{KeyLabel}.{Domain}";

    /// <summary>Reads <c>domain;selector;file</c>.</summary>
    /// <param name="folder">What a relative file name counts from; a full path.</param>
    /// <param name="error">Why it is none; empty: nothing is wrong.</param>
    public static bool TryParse(string text, string folder, out DkimKeyPlace place, out string error)
    {
        place = null!;
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries);
        error = "not domain;selector;keyfile";
        return parts.Length == 3 && parts.All(part => part.Length > 0)
            && TryMake(parts[0], parts[1], parts[2], folder, out place, out error);
    }

    /// <inheritdoc cref="TryParse"/>
    public static bool TryMake(
        string givenDomain, string givenSelector, string file, string folder, out DkimKeyPlace place, out string error)
    {
        place = null!;
        if (!TryReadName(givenDomain, out string domain) || !TryReadName(givenSelector, out string selector))
        {
            error = domain.Length == 0
                ? "the domain is no domain name"
                : "the selector is no name of letters, digits, hyphens and dots";
            return false;
        }
        error = FilePath.Problem(file) ?? "";
        place = new DkimKeyPlace(domain, selector, error.Length > 0 ? "" : Path.GetFullPath(file, folder));
        if (error.Length == 0 && !DnsName.TryNormalize(place.RecordName, out _))
            error = "the domain and the selector make a name that is too long for the DNS";
        return error.Length == 0;
    }

    /// <summary>A name of letters, digits and hyphens, or beyond ASCII; an underscore is taken (RFC 8616 §3).</summary>
    private static bool TryReadName(string text, out string name)
    {
        bool isName = DnsName.TryNormalize(text, out name) && name.Length > 0 && name.All(IsInName);
        if (!isName)
            name = "";
        return isName;
    }

    private static bool IsInName(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
