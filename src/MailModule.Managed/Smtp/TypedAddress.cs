using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using MailModule.Mail;

namespace MailModule.Smtp;

/// <summary>
/// An address with its type in front, <c>rfc822;user@host</c>, as ORCPT and the fields of DSNs have it (RFC 3461 §4.2).
/// Addresses outside ASCII are of the type utf-8, which has an escape of its own in place of xtext: <c>\x{code
/// point}</c> (RFC 6533 §3).
/// </summary>
internal static class TypedAddress
{
    /// <summary>RFC 3461 §5.4: octets of a value of ORCPT. What is longer other servers may refuse.</summary>
    public const int ValueLimit = 500;

    private const string Utf8Type = "utf-8";

    // RFC 5322 §3.2.3: an atom
    private static readonly SearchValues<byte> AtomOctets =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~"u8);

    /// <summary>The address of an envelope.</summary>
    public static string Of(MailAddress address) => (address.NeedsUtf8 ? "utf-8;" : "rfc822;") + address.Text;

    /// <summary>Reads the value of an ORCPT parameter; false if it is malformed or too long.</summary>
    /// <param name="utf8">The transaction has SMTPUTF8: characters outside ASCII may stand for themselves.</param>
    /// <param name="typed">Decoded: <c>type;address</c>, without control characters.</param>
    public static bool TryRead(ReadOnlySpan<byte> value, bool utf8, out string typed)
    {
        typed = "";
        int semicolon = value.IndexOf((byte)';');
        if (semicolon < 1 || value.Length > ValueLimit || value[..semicolon].IndexOfAnyExcept(AtomOctets) >= 0)
            return false;
        string type = Encoding.ASCII.GetString(value[..semicolon]);
        ReadOnlySpan<byte> text = value[(semicolon + 1)..];
        bool isGood = IsUtf8(type) ? TryUnescape(text, utf8, out string address) : XText.TryDecode(text, out address);
        typed = isGood ? $"{type};{address}" : "";
        return isGood;
    }

    /// <summary>The value of an ORCPT parameter, or of a field where it is of the type utf-8.</summary>
    /// <param name="typed"><c>type;address</c>.</param>
    /// <param name="utf8">The reader takes UTF-8.</param>
    public static string Encode(string typed, bool utf8)
    {
        int semicolon = typed.IndexOf(';', StringComparison.Ordinal);
        string type = typed[..Math.Max(semicolon, 0)];
        string address = typed[(semicolon + 1)..];
        return $"{type};{(IsUtf8(type) ? Escape(address, utf8) : XText.Encode(address))}";
    }

    /// <summary>True if the type in front is utf-8.</summary>
    public static bool IsUtf8Typed(string typed) => typed.StartsWith("utf-8;", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Text with every character that is not plain escaped: control characters, blank, "\", "+" and "=", and unless
    /// <paramref name="utf8"/> all outside ASCII.
    /// </summary>
    public static string Escape(string text, bool utf8)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            // RFC 6533 §3: QCHAR, and with SMTPUTF8 every character outside ASCII
            if (rune.Value is > ' ' and < 0x7f and not ('\\' or '+' or '=') || utf8 && rune.Value > 0x9f)
                escaped.Append(rune.ToString());
            else
                escaped.Append(CultureInfo.InvariantCulture, $"\\x{{{rune.Value:X2}}}");
        }
        return escaped.ToString();
    }

    private static bool IsUtf8(string type) => type.Equals(Utf8Type, StringComparison.OrdinalIgnoreCase);

    private static bool TryUnescape(ReadOnlySpan<byte> text, bool utf8, out string address)
    {
        address = "";
        if (text.IsEmpty || !Utf8.IsValid(text) || !utf8 && !Ascii.IsValid(text))
            return false;
        var plain = new StringBuilder(text.Length);
        string rest = Encoding.UTF8.GetString(text);
        for (int i = 0; i < rest.Length; i++)
        {
            if (rest[i] is <= ' ' or '+' or '=')
                return false;
            if (rest[i] != '\\')
                plain.Append(rest[i]);
            else if (TryReadEscape(rest, ref i, out Rune rune))
                plain.Append(rune.ToString());
            else
                return false;
        }
        address = plain.ToString();
        return AddressGrammar.IsTextWithoutControls(Encoding.UTF8.GetBytes(address));
    }

    // RFC 6533 §3: \x{…} with two to six hexadecimal digits; no surrogates
    private static bool TryReadEscape(string text, ref int at, out Rune rune)
    {
        rune = default;
        int end = text.IndexOf('}', at);
        if (end < 0 || !text.AsSpan(at).StartsWith("\\x{", StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> digits = text.AsSpan(at + 3, end - at - 3);
        at = end;
        return digits.Length is >= 2 and <= 6
            && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            && Rune.TryCreate(value, out rune);
    }
}
