using MailModule.Mail;
using MimeKit;

namespace MailModule.Mime;

/// <summary>A part of a message while it is read: what is known of its content so far.</summary>
/// <param name="firstEdit">How many edits there were before its content.</param>
/// <param name="faultBefore">What was in the way before its content.</param>
internal sealed class Part(ContentType type, HeaderBlock header, int firstEdit, ConversionFault faultBefore)
{
    private const int SampleLength = 64 * 1024;

    private ContentScan _scan;
    private Utf8Check _utf8 = new();
    private int _sampled;
    private int _sampledEightBit;

    public ContentType Type => type;
    public HeaderBlock Header => header;
    public int FirstEdit => firstEdit;
    public ConversionFault FaultBefore => faultBefore;
    public int Children { get; set; }

    /// <summary>Text before the first part or behind the last is changed.</summary>
    public bool HasAsciiEdit { get; set; }

    public ContentTraits Traits => _scan.Traits;
    public bool IsText => type.IsMimeType("text", "*");
    public bool IsMessage => type.IsMimeType("message", "rfc822");
    public bool IsMultipart => type.IsMimeType("multipart", "*");

    /// <summary>RFC 1847 §2.1: nobody on the way may change what is signed.</summary>
    public bool IsSigned => type.IsMimeType("multipart", "signed");

    /// <summary>RFC 2046 §5.2: parts of these types cannot be encoded.</summary>
    public bool MustBeIdentity => IsMultipart || IsMessage
        || type.IsMimeType("message", "partial") || type.IsMimeType("message", "external-body");

    /// <summary>
    /// Inside it is a header, and yet it may be encoded as a whole (RFC 6532 §3.7, RFC 6533 §4).
    /// </summary>
    public bool IsEncodedWhole => type.IsMimeType("text", "rfc822-headers")
        || type.MediaType.Equals("message", StringComparison.OrdinalIgnoreCase)
        && type.MediaSubtype.StartsWith("global", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// RFC 2045 §6.2: text of which little is not ASCII stays readable, as the fields of a delivery report do.
    /// </summary>
    public Recoding Recoding => !(IsText || type.IsMimeType("message", "*")) || 6 * _sampledEightBit > _sampled
        ? Recoding.Base64
        : Recoding.QuotedPrintable;

    /// <summary>For text of which nobody says what it is (RFC 1428 §2).</summary>
    public string Charset => _utf8.IsUtf8 ? "utf-8" : "unknown-8bit";

    public void AddContent(ReadOnlySpan<byte> content)
    {
        _scan.Add(content);
        if (!header.HasContentType)
            _utf8.Add(content);
        ReadOnlySpan<byte> sample = content[..Math.Min(content.Length, SampleLength - _sampled)];
        _sampled += sample.Length;
        foreach (byte octet in sample)
            if (octet > 127)
                _sampledEightBit++;
    }
}
