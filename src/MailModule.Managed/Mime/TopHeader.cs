using System.Text;
using System.Text.Unicode;
using MailModule.Mail;

namespace MailModule.Mime;

/// <summary>What can be told of a message by a look at its first header alone, without a MIME reader.</summary>
/// <param name="IsEightBit">A field has an octet above 127.</param>
/// <param name="IsUtf8">All of it is UTF-8.</param>
/// <param name="IsComposite">The content may have further headers in it.</param>
internal readonly record struct TopHeader(bool IsEightBit, bool IsUtf8, bool IsComposite)
{
    private const int FirstPiece = 8 * 1024;

    /// <summary>More than this is no header.</summary>
    private const int Limit = 256 * 1024;

    /// <param name="message">With LF line ends.</param>
    /// <exception cref="IOException">The message cannot be read.</exception>
    public static TopHeader Read(Stream message)
    {
        byte[] octets = new byte[FirstPiece];
        int length = 0;
        while (message.Read(octets.AsSpan(length)) is > 0 and var count)
        {
            length += count;
            if (EndIn(octets.AsSpan(0, length)) is > 0 and var end)
                return Of(octets.AsSpan(0, end));
            if (length == Limit)
                break;
            if (length == octets.Length)
                Array.Resize(ref octets, 2 * length);
        }
        return Of(octets.AsSpan(0, length));
    }

    private static int EndIn(ReadOnlySpan<byte> octets)
        => octets[0] == '\n' ? 1 : octets.IndexOf("\n\n"u8) + 1;

    private static TopHeader Of(ReadOnlySpan<byte> header)
        => new(ContentScan.IsEightBit(header), Utf8.IsValid(header), HasCompositeType(header));

    // RFC 2046 §5: composite types
    private static bool HasCompositeType(ReadOnlySpan<byte> header)
    {
        while (!header.IsEmpty)
        {
            ReadOnlySpan<byte> name = "content-type:"u8;
            if (header.Length > name.Length && Ascii.EqualsIgnoreCase(header[..name.Length], name))
                return IsCompositeType(header[name.Length..]);
            int end = header.IndexOf((byte)'\n');
            header = end < 0 ? default : header[(end + 1)..];
        }
        return false;
    }

    private static bool IsCompositeType(ReadOnlySpan<byte> value)
    {
        value = value.TrimStart(" \t\n"u8);
        return StartsWith(value, "multipart/"u8) || StartsWith(value, "message/"u8)
            || StartsWith(value, "text/rfc822-headers"u8);
    }

    private static bool StartsWith(ReadOnlySpan<byte> value, ReadOnlySpan<byte> type)
        => value.Length >= type.Length && Ascii.EqualsIgnoreCase(value[..type.Length], type);
}
