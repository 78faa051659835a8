namespace MailModule.Authentication.Dmarc;

/// <summary>Addresses for reports in DMARC records (RFC 9989 §4.6). Pure.</summary>
internal static class ReportUri
{
    /// <summary>
    /// Whether a text is a URI as RFC 3986 §3 has them, in so far as it matters here: a scheme, and something behind
    /// it; of mailto: an address. A size behind "!" is not looked at (RFC 9989 §4.8: obsolete).
    /// </summary>
    public static bool IsUri(string text)
    {
        string uri = text.Trim(' ', '\t');
        int size = uri.LastIndexOf('!');
        if (size >= 0)
            uri = uri[..size];
        int colon = uri.IndexOf(':');
        if (colon < 1 || !char.IsAsciiLetter(uri[0]) || !uri[..colon].All(IsSchemeCharacter))
            return false;
        string rest = uri[(colon + 1)..];
        if (rest.Length == 0 || rest.AsSpan().ContainsAny(" \t<>\"{}|\\^`!"))
            return false;
        int at = rest.IndexOf('@');
        return !uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) || (at > 0 && at + 1 < rest.Length);
    }

    private static bool IsSchemeCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.';
}
