using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>Why a content is not sent to a server.</summary>
/// <param name="Fault"><see cref="Fault.NotSupported"/>: nobody could send it there.</param>
/// <param name="Status">Enhanced status (RFC 3463 §3.7, RFC 6531 §4.2).</param>
/// <param name="Text">In words.</param>
internal sealed record ContentRefusal(Fault Fault, string Status, string Text)
{
    public static readonly ContentRefusal EightBit = Of(
        "5.6.3", "the host does not take eight-bit text, and it is not to be converted");

    public static readonly ContentRefusal Utf8Header = Of(
        "5.6.9", "the host does not take header fields in UTF-8");

    /// <summary>RFC 6531 §4.2: a message with such an address cannot be put into other words.</summary>
    public static readonly ContentRefusal Utf8Address = Of(
        "5.6.9", "the host does not take addresses outside ASCII, and the header has one");

    /// <summary>RFC 1847 §2.1.</summary>
    public static readonly ContentRefusal Signed = Of(
        "5.6.2", "the host does not take the text as it is, and to convert it would break its signature");

    public static readonly ContentRefusal TooComplex = Of(
        "5.6.5", "the host does not take the text as it is, and it has too many parts or too long a header to convert");

    public static readonly ContentRefusal NotEncodable = Of(
        "5.6.5", "the host does not take the text as it is, and it cannot be converted");

    /// <summary>RFC 2852 §4.</summary>
    public static readonly ContentRefusal DeliverBy = Of(
        "5.3.3", "the host does not offer DELIVERBY, and its sender wants it returned where that is so");

    public static readonly ContentRefusal Unreadable = new(Fault.Io, "", "the message could not be read");

    private static ContentRefusal Of(string status, string text) => new(Fault.NotSupported, status, text);
}
