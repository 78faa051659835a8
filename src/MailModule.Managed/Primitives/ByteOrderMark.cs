using System.Text;

namespace MailModule.Primitives;

/// <summary>
/// The mark that some editors put before a text (RFC 3629 §6). It is no part of the text, in any file that people
/// write.
/// </summary>
internal static class ByteOrderMark
{
    /// <summary>Why a text in another encoding cannot be read.</summary>
    public const string WrongEncoding = "it is in UTF-16 or UTF-32; save it in UTF-8";

    private static ReadOnlySpan<byte> Utf8 => [0xEF, 0xBB, 0xBF];

    /// <summary>The text without the marks of UTF-8 before it.</summary>
    public static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> octets)
    {
        while (octets.StartsWith(Utf8))
            octets = octets[Utf8.Length..];
        return octets;
    }

    /// <summary>The text of octets in UTF-8, without marks before it; what is no UTF-8 becomes U+FFFD.</summary>
    /// <exception cref="InvalidDataException">They are in another encoding by their mark.</exception>
    public static string Decode(ReadOnlySpan<byte> octets)
        => IsOfOtherEncoding(octets)
            ? throw new InvalidDataException(WrongEncoding)
            : Encoding.UTF8.GetString(Skip(octets));

    /// <summary>As <see cref="Skip(ReadOnlySpan{byte})"/>, of a text that holds octets as characters
    /// (Latin-1).</summary>
    public static string Skip(string octets)
    {
        int start = 0;
        while (octets.AsSpan(start).StartsWith("\u00EF\u00BB\u00BF"))
            start += Utf8.Length;
        return octets[start..];
    }

    /// <summary>Whether a text begins with the mark of UTF-16 or UTF-32; no UTF-8 has these octets.</summary>
    public static bool IsOfOtherEncoding(ReadOnlySpan<byte> octets)
        => octets is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, 0, 0xFE, 0xFF, ..];

    /// <inheritdoc cref="IsOfOtherEncoding(ReadOnlySpan{byte})"/>
    /// <param name="octets">As characters (Latin-1).</param>
    public static bool IsOfOtherEncoding(string octets)
        => octets is ['\u00FF', '\u00FE', ..] or ['\u00FE', '\u00FF', ..] or ['\0', '\0', '\u00FE', '\u00FF', ..];
}
