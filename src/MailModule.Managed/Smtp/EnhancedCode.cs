using System.Text;

namespace MailModule.Smtp;

/// <summary>Enhanced mail system status codes (RFC 3463, RFC 2034): class "." subject "." detail.</summary>
internal static class EnhancedCode
{
    /// <summary>Takes a status code and the blank after it from the front of a reply's text; empty if there is none, or
    /// if its class is not that of the reply code (RFC 2034 §4).</summary>
    public static string CutFrom(ref ReadOnlySpan<byte> text, int replyCode)
    {
        int end = text.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = end < 0 ? text : text[..end];
        if (!IsValid(word) || word[0] - '0' != replyCode / 100)
            return "";
        text = end < 0 ? default : text[(end + 1)..];
        return Encoding.ASCII.GetString(word);
    }

    /// <summary>RFC 3463 §2: class 2, 4 or 5, then two numbers of one to three digits.</summary>
    public static bool IsValid(ReadOnlySpan<byte> code)
    {
        if (code.Length is < 5 or > 9 || code[0] is not ((byte)'2' or (byte)'4' or (byte)'5') || code[1] != '.')
            return false;
        ReadOnlySpan<byte> rest = code[2..];
        int dot = rest.IndexOf((byte)'.');
        return dot > 0 && IsNumber(rest[..dot]) && IsNumber(rest[(dot + 1)..]);
    }

    private static bool IsNumber(ReadOnlySpan<byte> digits)
        => digits.Length is >= 1 and <= 3 && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
