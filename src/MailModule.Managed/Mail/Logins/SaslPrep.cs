using System.Globalization;
using System.Text;

namespace MailModule.Mail.Logins;

/// <summary>
/// SASLprep (RFC 4013) as far as it goes without Unicode's tables of normalization: blanks of every kind become one
/// kind, what is invisible is left out. A text in ASCII comes out as it was; other letters are taken for normalized
/// already, as keyboards make them.
/// </summary>
internal static class SaslPrep
{
    public static string Prepare(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var prepared = new StringBuilder(text.Length);
        foreach (char c in text)
            if (!IsMappedToNothing(c))
                prepared.Append(char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator ? ' ' : c);
        return prepared.ToString();
    }

    // RFC 3454, table B.1
    private static bool IsMappedToNothing(char c)
        => c is '\u00ad' or '\u034f' or '\u1806' or (>= '\u180b' and <= '\u180d') or (>= '\u200b' and <= '\u200d')
            or '\u2060' or (>= '\ufe00' and <= '\ufe0f') or '\ufeff';
}
