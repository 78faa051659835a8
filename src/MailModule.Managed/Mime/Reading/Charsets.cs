using System.Text;
using System.Text.Unicode;

namespace MailModule.Mime.Reading;

/// <summary>Character sets by the names that mail has for them.</summary>
internal static class Charsets
{
    /// <summary>What is not UTF-8 in it counts as Latin-1: text of which nobody says what it is.</summary>
    public static readonly Encoding Unnamed = Encoding.GetEncoding(
        Encoding.UTF8.CodePage, EncoderFallback.ReplacementFallback, new Latin1Fallback());

    /// <summary>Null: it is not known. Asking for one that is not costs no more than for one that is.</summary>
    public static Encoding? Find(string name)
    {
        name = name.Trim().ToLowerInvariant();
        return name switch
        {
            "" or "us-ascii" or "ascii" or "ansi_x3.4-1968" or "iso646-us" or "646" => Unnamed,
            "utf-8" or "utf8" or "unicode-1-1-utf-8" or "utf-8-mac" => Encoding.UTF8,
            "iso-8859-1" or "latin1" or "latin-1" or "iso8859-1" or "iso_8859-1" or "l1" or "cp819" => Encoding.Latin1,
            "utf-16" or "utf-16le" or "unicode" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            "utf-32" or "utf-32le" => Encoding.UTF32,
            _ => FindCodePage(name),
        };
    }

    /// <summary>All of a text that is at hand; null: nobody says what it is.</summary>
    public static string Decode(ReadOnlySpan<byte> octets, Encoding? charset)
        => charset is null && Utf8.IsValid(octets)
            ? Encoding.UTF8.GetString(octets)
            : (charset ?? Encoding.Latin1).GetString(octets);

    // The platform's table knows windows-1252, and not all that programs write for it. It answers null for what it does
    // not know.
    private static Encoding? FindCodePage(string name)
    {
        if (name.Length > 40)
            return null;
        foreach (string prefix in (ReadOnlySpan<string>)["cp", "win-", "ms", "windows"])
            if (name.StartsWith(prefix, StringComparison.Ordinal) && name[prefix.Length..] is { Length: 4 } page
                && page.StartsWith("125", StringComparison.Ordinal))
                name = "windows-" + page;
        if (name.StartsWith("iso8859-", StringComparison.Ordinal))
            name = "iso-" + name[3..];
        return CodePagesEncodingProvider.Instance.GetEncoding(name switch
        {
            "cp932" or "ms932" or "windows-31j" or "sjis" or "x-sjis" => "shift_jis",
            "cp936" or "ms936" or "gbk" or "x-gbk" => "gb2312",
            "cp949" or "ms949" or "uhc" => "ks_c_5601-1987",
            "cp950" or "ms950" or "big5-hkscs" => "big5",
            "tis-620" => "windows-874",
            _ => name,
        });
    }

    private sealed class Latin1Fallback : DecoderFallback
    {
        public override int MaxCharCount => 4;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Octets();

        private sealed class Octets : DecoderFallbackBuffer
        {
            private byte[] _unknown = [];
            private int _at;

            public override int Remaining => _unknown.Length - _at;

            public override bool Fallback(byte[] bytesUnknown, int index)
            {
                (_unknown, _at) = (bytesUnknown, 0);
                return bytesUnknown.Length > 0;
            }

            public override char GetNextChar() => _at < _unknown.Length ? (char)_unknown[_at++] : '\0';

            public override bool MovePrevious() => _at > 0 && --_at >= 0;
        }
    }
}
