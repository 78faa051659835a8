using System.Text;

namespace MailModule.Pop3.Server;

/// <summary>The languages of the server's texts (RFC 6856 §3): English, which is the default as well.</summary>
internal static class Pop3Languages
{
    private static ReadOnlySpan<byte> English => "en"u8;
    private static ReadOnlySpan<byte> Default => "i-default"u8;

    /// <summary>What LANG alone answers with, its last line included.</summary>
    public static ReadOnlySpan<byte> Listing
        => "+OK languages follow\r\nen English\r\ni-default Default language\r\n.\r\n"u8;

    /// <summary>The language that a client gets who asks for this one; empty: there is none.</summary>
    /// <param name="range">A range of languages (RFC 4647), "*" for what the server prefers.</param>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> range)
    {
        if (Ascii.EqualsIgnoreCase("*"u8, range) || Ascii.EqualsIgnoreCase(Default, range))
            return Default;
        // RFC 4647 §3.4: what is behind the first subtag is given up where nothing has all of it
        int end = range.IndexOf((byte)'-');
        return Ascii.EqualsIgnoreCase(English, end < 0 ? range : range[..end]) ? English : default;
    }
}
