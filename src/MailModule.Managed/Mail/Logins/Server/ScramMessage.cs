using System.Buffers;
using System.Text;

namespace MailModule.Mail.Logins.Server;

/// <summary>The client's messages of SCRAM (RFC 5802 §7), taken apart.</summary>
internal static class ScramMessage
{
    private static readonly SearchValues<char> s_bindingTypeLetters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");

    /// <summary>
    /// Reads the client's first message. False: it is malformed, or has an extension that the server would have to know
    /// ("m=").
    /// </summary>
    /// <param name="flag">"n", "y", or "p=" and the binding's type.</param>
    /// <param name="header">Octets up to where the message without its header begins.</param>
    public static bool TryReadFirst(
        ReadOnlySpan<byte> message, out string flag, out string identity, out string user, out string nonce,
        out int header)
    {
        flag = identity = user = nonce = "";
        header = 0;
        if (!AddressGrammar.IsTextWithoutControls(message))
            return false;
        string[] parts = Encoding.UTF8.GetString(message).Split(',');
        if (parts.Length < 4 || parts[0] is not ("n" or "y") && !IsBindingType(parts[0])
            || parts[1].Length > 0 && !TryReadName(parts[1], "a=", out identity)
            || !TryReadName(parts[2], "n=", out user) || !TryReadNonce(parts[3], out nonce)
            || !AreExtensions(parts.AsSpan(4)))
            return false;
        flag = parts[0];
        header = Encoding.UTF8.GetByteCount(parts[0]) + Encoding.UTF8.GetByteCount(parts[1]) + 2;
        return true;
    }

    /// <summary>Reads the client's last message.</summary>
    /// <param name="binding">What stands in its "c=", decoded.</param>
    /// <param name="withoutProof">Octets in front of the proof and its comma.</param>
    public static bool TryReadFinal(
        ReadOnlySpan<byte> message, out byte[] binding, out string nonce, out byte[] proof, out int withoutProof)
    {
        binding = proof = [];
        nonce = "";
        withoutProof = message.LastIndexOf(",p="u8);
        if (withoutProof < 0 || !AddressGrammar.IsTextWithoutControls(message))
            return false;
        string[] parts = Encoding.UTF8.GetString(message[..withoutProof]).Split(',');
        return parts.Length >= 2 && parts[0].StartsWith("c=", StringComparison.Ordinal)
            && TryReadOctets(Encoding.UTF8.GetBytes(parts[0][2..]), out binding)
            && TryReadNonce(parts[1], out nonce) && AreExtensions(parts.AsSpan(2))
            && TryReadOctets(message[(withoutProof + 3)..], out proof);
    }

    private static bool TryReadOctets(ReadOnlySpan<byte> text, out byte[] octets)
    {
        octets = [];
        return !text.IsEmpty && text[^1] is not ((byte)' ' or (byte)'\t') && !text.SequenceEqual("="u8)
            && SaslEncoding.TryDecode(text, out octets);
    }

    // RFC 5801 §4: "p=" and letters, digits, dots and hyphens
    private static bool IsBindingType(string flag)
        => flag.Length > 2 && flag.StartsWith("p=", StringComparison.Ordinal)
            && flag.AsSpan(2).IndexOfAnyExcept(s_bindingTypeLetters) < 0;

    // RFC 5802 §5.1: in a name "=" stands only in =2C (a comma) and =3D (itself)
    internal static bool TryReadName(string part, string attribute, out string name)
    {
        name = "";
        if (!part.StartsWith(attribute, StringComparison.Ordinal) || part.Length == attribute.Length)
            return false;
        string[] pieces = part[attribute.Length..].Split('=');
        var read = new StringBuilder(pieces[0]);
        foreach (string piece in pieces.AsSpan(1))
        {
            bool isComma = piece.StartsWith("2C", StringComparison.Ordinal);
            if (!isComma && !piece.StartsWith("3D", StringComparison.Ordinal))
                return false;
            read.Append(isComma ? ',' : '=').Append(piece, 2, piece.Length - 2);
        }
        name = read.ToString();
        return true;
    }

    // RFC 5802 §7: printable ASCII but the comma
    private static bool TryReadNonce(string part, out string nonce)
    {
        nonce = part.StartsWith("r=", StringComparison.Ordinal) ? part[2..] : "";
        return nonce.Length > 0 && nonce.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;
    }

    // RFC 5802 §5.1: those that are not known are passed over; "m" stands in front of all else, and is refused there
    private static bool AreExtensions(ReadOnlySpan<string> parts)
    {
        foreach (string part in parts)
            if (part.Length < 3 || !char.IsAsciiLetter(part[0]) || part[1] != '=')
                return false;
        return true;
    }
}
