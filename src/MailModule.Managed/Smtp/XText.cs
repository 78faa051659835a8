using System.Buffers;
using System.Text;

namespace MailModule.Smtp;

/// <summary>
/// The form in which SMTP parameters carry any text (RFC 3461 §4): printable ASCII as it is, save "+" and "=", and
/// every other octet as "+" with two hexadecimal capitals.
/// </summary>
internal static class XText
{
    private const string Hex = "0123456789ABCDEF";

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        Enumerable.Range(33, 94).Select(o => (byte)o).Where(o => o is not ((byte)'+' or (byte)'=')).ToArray());

    /// <summary>True for a text of at least one character that is wholly of this form.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return false;
        while (text.IndexOfAnyExcept(Plain) is var end and >= 0)
        {
            if (text[end] != '+' || end + 2 >= text.Length || Digit(text[end + 1]) < 0 || Digit(text[end + 2]) < 0)
                return false;
            text = text[(end + 3)..];
        }
        return true;
    }

    /// <summary>
    /// Decodes a text that must be printable ASCII, with blanks and tabs, as those of ENVID and ORCPT are; false if it
    /// is malformed, empty or something else.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out string decoded)
    {
        decoded = "";
        if (!IsValid(text))
            return false;
        var octets = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            int octet = text[i] == '+' ? Digit(text[++i]) * 16 + Digit(text[++i]) : text[i];
            // RFC 3461 §4.2, §4.4: printable characters of US-ASCII alone, graphic and white space
            if (octet is < ' ' and not '\t' or > '~')
                return false;
            octets.Append((char)octet);
        }
        decoded = octets.ToString();
        return true;
    }

    /// <summary>Decodes a text whose octets are UTF-8; false if it is malformed or empty.</summary>
    public static bool TryDecodeUtf8(ReadOnlySpan<byte> text, out string decoded)
    {
        decoded = "";
        if (!IsValid(text))
            return false;
        var octets = new ArrayBufferWriter<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
            octets.Write([text[i] == '+' ? (byte)(Digit(text[++i]) * 16 + Digit(text[++i])) : text[i]]);
        if (!System.Text.Unicode.Utf8.IsValid(octets.WrittenSpan))
            return false;
        decoded = Encoding.UTF8.GetString(octets.WrittenSpan);
        return true;
    }

    /// <summary>The form of a text; of its UTF-8 octets where it is not ASCII.</summary>
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (byte octet in Encoding.UTF8.GetBytes(text))
        {
            if (Plain.Contains(octet))
                encoded.Append((char)octet);
            else
                encoded.Append('+').Append(Hex[octet >> 4]).Append(Hex[octet & 15]);
        }
        return encoded.ToString();
    }

    private static int Digit(byte digit) => Hex.IndexOf((char)digit, StringComparison.Ordinal);
}
