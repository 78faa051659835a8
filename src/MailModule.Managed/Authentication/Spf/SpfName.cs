using System.Globalization;
using System.Text;
using MailModule.Dns;

namespace MailModule.Authentication.Spf;

/// <summary>
/// Names as records and clients write them, where any octet may be part of a label, and as the DNS is asked. Pure.
/// </summary>
internal static class SpfName
{
    /// <summary>
    /// The normal form of a name of two labels or more; false: none can be, or it is an address (RFC 7208 §4.3).
    /// </summary>
    /// <param name="text">May be UTF-8 text of any kind; a final dot is ignored.</param>
    public static bool TryNormalize(string text, out string name)
        => DnsName.TryNormalize(Escaped(text), out name) && name.Contains('.') && name[0] != '['
            && name.AsSpan(name.LastIndexOf('.') + 1).ContainsAnyExceptInRange('0', '9');

    /// <summary>The name as macros have it: in ASCII (RFC 8616 §4), without the final dot, else as it came.</summary>
    public static string Shown(string text)
    {
        string shown = text is [.., not '.', '.'] ? text[..^1] : text;
        return !Ascii.IsValid(shown) && DnsName.TryNormalize(shown, out string name) ? name : shown;
    }

    // RFC 4343 §2.1: \DDD. A backslash of a record is an octet like another.
    private static string Escaped(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\0', ' ') < 0 && text.AsSpan().IndexOfAny('\\', '\x7f') < 0)
            return text;
        var escaped = new StringBuilder();
        foreach (char c in text)
        {
            if (c is <= ' ' or '\\' or '\x7f')
                escaped.Append('\\').Append(((int)c).ToString("D3", CultureInfo.InvariantCulture));
            else
                escaped.Append(c);
        }
        return escaped.ToString();
    }
}
