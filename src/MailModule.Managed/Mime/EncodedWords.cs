using System.Buffers;
using System.Text;
using System.Text.Unicode;
using MimeKit.Encodings;

namespace MailModule.Mime;

/// <summary>Encoded-words (RFC 2047), which the encoder makes longer than the standard has them.</summary>
internal static class EncodedWords
{
    /// <summary>RFC 2047 §2; a reader may show what is longer as it stands.</summary>
    private const int LongestWord = 75;

    /// <summary>Octets of text that fit: three are four of base64.</summary>
    private const int TextLimit = (LongestWord - 12) / 4 * 3;

    /// <summary>Where the end of a word is looked for.</summary>
    private const int SearchLimit = 4096;

    private static ReadOnlySpan<byte> WordStart => "=?utf-8?"u8;
    private static ReadOnlySpan<byte> WordEnd => "?="u8;

    /// <summary>
    /// A field's value with several words in place of one that is too long, each of whole characters (§5) and on a line
    /// of its own. The blanks between such words are no text (§6.2).
    /// </summary>
    public static byte[] Split(byte[] value)
    {
        var output = new ArrayBufferWriter<byte>(value.Length + 16);
        ReadOnlySpan<byte> rest = value;
        while (rest.IndexOf(WordStart) is >= 0 and var at)
        {
            output.Write(rest[..at]);
            int length = WordLength(rest[at..]);
            WriteWord(output, rest.Slice(at, length));
            rest = rest[(at + length)..];
        }
        output.Write(rest);
        return output.WrittenSpan.ToArray();
    }

    // The start alone, if it is that of no word.
    private static int WordLength(ReadOnlySpan<byte> text)
    {
        int textStart = WordStart.Length + 2; // the encoding's letter, and "?"
        text = text[..Math.Min(text.Length, SearchLimit)];
        int end = text.Length < textStart ? -1 : text[textStart..].IndexOf(WordEnd);
        return end < 0 ? WordStart.Length : textStart + end + WordEnd.Length;
    }

    private static void WriteWord(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> text = word.Length > LongestWord ? Decode(word) : default;
        if (text.IsEmpty || !Utf8.IsValid(text))
        {
            output.Write(word);
            return;
        }
        while (!text.IsEmpty)
        {
            int length = WholeCharacters(text);
            string base64 = Convert.ToBase64String(text[..length]);
            output.Write(Encoding.ASCII.GetBytes($"=?utf-8?b?{base64}?="));
            text = text[length..];
            if (!text.IsEmpty)
                output.Write("\n "u8);
        }
    }

    private static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> word)
    {
        bool isBase64 = word[WordStart.Length] is (byte)'b' or (byte)'B';
        IMimeDecoder decoder = isBase64 ? new Base64Decoder() : new QuotedPrintableDecoder(rfc2047: true);
        byte[] coded = word[(WordStart.Length + 2)..^WordEnd.Length].ToArray();
        byte[] text = new byte[decoder.EstimateOutputLength(coded.Length)];
        return text.AsSpan(0, decoder.Decode(coded, 0, coded.Length, text));
    }

    private static int WholeCharacters(ReadOnlySpan<byte> text)
    {
        if (text.Length <= TextLimit)
            return text.Length;
        int length = TextLimit;
        while ((text[length] & 0xC0) == 0x80)
            length--;
        return length;
    }
}
