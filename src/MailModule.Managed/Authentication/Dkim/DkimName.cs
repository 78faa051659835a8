using System.Text;
using MailModule.Dns;

namespace MailModule.Authentication.Dkim;

/// <summary>Names in signatures: domains and selectors (RFC 6376 §3.1, §3.5), U-labels allowed (RFC 8616 §5). Pure.
/// </summary>
internal static class DkimName
{
    /// <summary>The name in small letters, with A-labels; false: it is none.</summary>
    /// <param name="value">Octets as Latin-1.</param>
    public static bool TryRead(string value, out string name)
    {
        name = "";
        return IsName(value) && TryDecode(value, out string text) && DnsName.TryNormalize(text, out name);
    }

    /// <summary>UTF-8 that came as octets; false: it is not UTF-8.</summary>
    public static bool TryDecode(string value, out string text)
    {
        text = value;
        if (Ascii.IsValid(value))
            return true;
        text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value));
        return !text.Contains('\ufffd', StringComparison.Ordinal);
    }

    // RFC 5321 §4.1.2: letters, digits, hyphens, dots between; "_" is found in selectors
    private static bool IsName(string value)
    {
        foreach (char letter in value)
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '.' or '_' or >= '\x80'))
                return false;
        return value.Length > 0 && value[0] != '.' && value[^1] != '.';
    }
}
