using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace MailModule.Mail;

/// <summary>Decodes the messages of SASL exchanges (RFC 4616, RFC 4954).</summary>
internal static class SaslEncoding
{
    private static readonly SearchValues<byte> Digits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    /// <summary>
    /// Decodes base64 strictly: padding as it must be, no stray bits, and no white space save behind it, where some
    /// programs send a blank. A lone "=" is an empty response (RFC 4954 §4).
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out byte[] octets)
    {
        octets = [];
        text = text.TrimEnd(" \t"u8);
        if (text.SequenceEqual("="u8) || text.IsEmpty)
            return true;
        if (text.Length % 4 != 0 || text.IndexOfAnyExcept(Digits) is var end && end >= 0
            && text[end..].IndexOfAnyExcept((byte)'=') >= 0)
            return false;
        byte[] decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, decoded, out _, out int length) != OperationStatus.Done
            || HasStrayBits(text, decoded.AsSpan(0, length)))
            return false;
        octets = decoded.AsSpan(0, length).ToArray();
        decoded.AsSpan().Clear();
        return true;
    }

    /// <summary>
    /// Takes a PLAIN message apart (RFC 4616 §2): [authorize-id] NUL user NUL password; false if it is malformed.
    /// </summary>
    /// <param name="identity">Whom the user asks to act as, which is a matter of rights; empty: himself.</param>
    public static bool TryReadPlain(
        ReadOnlySpan<byte> message, out string identity, out string user, out byte[] password)
    {
        identity = "";
        user = "";
        password = [];
        int first = message.IndexOf((byte)0);
        int second = first < 0 ? -1 : message[(first + 1)..].IndexOf((byte)0) + first + 1;
        if (second <= first)
            return false;
        ReadOnlySpan<byte> name = message[(first + 1)..second];
        ReadOnlySpan<byte> secret = message[(second + 1)..];
        if (!TryReadName(name, out user) || secret.Contains((byte)0)
            || first > 0 && !TryReadName(message[..first], out identity))
            return false;
        password = secret.ToArray();
        return true;
    }

    /// <summary>A user's name: UTF-8, not empty, no control characters.</summary>
    public static bool TryReadName(ReadOnlySpan<byte> name, out string user)
    {
        bool isGood = name.Length > 0 && AddressGrammar.IsTextWithoutControls(name);
        user = isGood ? Encoding.UTF8.GetString(name) : "";
        return isGood;
    }

    /// <summary>RFC 4648 §3.5: bits of the last digit that carry nothing must be zero.</summary>
    private static bool HasStrayBits(ReadOnlySpan<byte> text, ReadOnlySpan<byte> decoded)
    {
        Span<byte> again = stackalloc byte[4];
        int tail = decoded.Length % 3;
        if (tail == 0)
            return false;
        Base64.EncodeToUtf8(decoded[^tail..], again, out _, out _);
        return !again.SequenceEqual(text[^4..]);
    }
}
