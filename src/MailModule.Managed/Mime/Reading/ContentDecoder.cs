using MimeKit.Encodings;

namespace MailModule.Mime.Reading;

/// <summary>What undoes a transfer encoding (RFC 2045 §6). Broken input gives what can be made of it.</summary>
internal static class ContentDecoder
{
    public static bool IsKnown(string encoding) => IsIdentity(encoding) || Find(encoding) is not null;

    /// <summary>Null: the content stands there as it is.</summary>
    public static IMimeDecoder? Find(string encoding) => encoding switch
    {
        "base64" => new Base64Decoder(),
        "quoted-printable" => new QuotedPrintableDecoder(),
        "x-uuencode" or "uuencode" or "x-uue" or "uue" => new UUDecoder(),
        _ => null,
    };

    private static bool IsIdentity(string encoding) => encoding is "7bit" or "8bit" or "binary";
}
