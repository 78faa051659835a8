using System.Globalization;
using System.Text;
using System.Text.Unicode;
using MailModule.Mail;
using MimeKit;

namespace MailModule.Mime;

/// <summary>
/// A header field without characters outside ASCII and without long lines: encoded-words (RFC 2047) where text may
/// stand, parameters as RFC 2231 has them, domains as A-labels. For an address that has such characters before its "@"
/// there is no other form.
/// </summary>
internal static class FieldConversion
{
    public static ConversionFault TryConvert(Header header, out byte[] octets)
    {
        byte[] name = header.RawField;
        byte[] value = header.RawValue;
        octets = FieldLineFold.Fold(Join(name, value));
        if (!ContentScan.IsEightBit(octets))
            return ConversionFault.None;
        // A name that is not ASCII makes the line no field.
        if (ContentScan.IsEightBit(name) || !IsTextual(header.Id))
            octets = FieldLineFold.Fold(FieldLineFold.ToAscii(octets));
        else if (IsAddresses(header.Id))
            return TryConvertAddresses(header, ref octets);
        else
            octets = Finish(name, Encode(header.Field, IsStructured(header.Id) ? TextOf(value) : header.Value), octets);
        return ConversionFault.None;
    }

    private static ConversionFault TryConvertAddresses(Header header, ref byte[] octets)
    {
        byte[] value = header.RawValue;
        bool isList = InternetAddressList.TryParse(value, out InternetAddressList? list)
            && list.Mailboxes.All(mailbox => mailbox.Address.Contains('@') || Ascii.IsValid(mailbox.Address));
        if (isList ? list!.Mailboxes.Any(NeedsUtf8) : HasUtf8AddressWord(value))
            return ConversionFault.Utf8Address;
        // What is no list of addresses is text.
        octets = Finish(header.RawField, Encode(isList ? header.Field : "Comments", TextOf(value)), octets);
        return ConversionFault.None;
    }

    /// <summary>What the encoder has made, if it fits; else the field with what is not ASCII left out.</summary>
    private static byte[] Finish(byte[] name, byte[]? value, byte[] original)
    {
        if (value is null || ContentScan.IsEightBit(value))
            return FieldLineFold.Fold(FieldLineFold.ToAscii(original));
        return FieldLineFold.Fold(Join(name, EncodedWords.Split(value)));
    }

    private static byte[]? Encode(string name, string text)
    {
        try
        {
            return new Header(Encoding.UTF8, name, text).RawValue;
        }
        catch (Exception e) when (e is ParseException or ArgumentException or FormatException)
        {
            return null; // not what a field of this name has
        }
    }

    private static byte[] Join(byte[] name, byte[] value)
        => value.Length == 0 ? name : [.. name, (byte)':', .. value];

    // RFC 6532 §3.1: UTF-8; what is older and not that is taken for Latin-1
    private static string TextOf(byte[] value)
        => (Utf8.IsValid(value) ? Encoding.UTF8 : Encoding.Latin1).GetString(value).Replace("\n", "").Trim();

    private static bool NeedsUtf8(MailboxAddress mailbox)
    {
        int at = mailbox.Address.LastIndexOf('@');
        return at >= 0 && (!Ascii.IsValid(mailbox.Address.AsSpan(0, at)) || !HasALabels(mailbox.Address[(at + 1)..]));
    }

    private static bool HasALabels(string domain)
    {
        try
        {
            return Ascii.IsValid(domain) || new IdnMapping().GetAscii(domain).Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool HasUtf8AddressWord(byte[] value)
        => TextOf(value).Split([' ', '\t', ',', ';'], StringSplitOptions.RemoveEmptyEntries)
            .Any(word => word.Contains('@') && !Ascii.IsValid(word));

    private static bool IsAddresses(HeaderId id) => id is HeaderId.From or HeaderId.Sender or HeaderId.ReplyTo
        or HeaderId.To or HeaderId.Cc or HeaderId.Bcc or HeaderId.ResentFrom or HeaderId.ResentSender
        or HeaderId.ResentReplyTo or HeaderId.ResentTo or HeaderId.ResentCc or HeaderId.ResentBcc
        or HeaderId.DispositionNotificationTo;

    private static bool IsStructured(HeaderId id) => id is HeaderId.ContentType or HeaderId.ContentDisposition
        or HeaderId.ListArchive or HeaderId.ListHelp or HeaderId.ListOwner or HeaderId.ListPost
        or HeaderId.ListSubscribe or HeaderId.ListUnsubscribe;

    /// <summary>RFC 2047 §5: no encoded-word may stand in fields that are for programs alone.</summary>
    private static bool IsTextual(HeaderId id) => id is not (HeaderId.Received or HeaderId.ReturnPath
        or HeaderId.MessageId or HeaderId.ResentMessageId or HeaderId.ContentId or HeaderId.InReplyTo
        or HeaderId.References or HeaderId.DkimSignature or HeaderId.ArcSeal or HeaderId.ArcMessageSignature
        or HeaderId.ArcAuthenticationResults or HeaderId.AuthenticationResults
        or HeaderId.ContentTransferEncoding or HeaderId.MimeVersion);
}
