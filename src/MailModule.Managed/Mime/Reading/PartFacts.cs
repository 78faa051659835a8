using System.Text;

namespace MailModule.Mime.Reading;

/// <summary>What a part's header says of its content (RFC 2045, RFC 2183).</summary>
public sealed class PartFacts
{
    internal PartFacts(MessageHeader header, bool isInDigest, int parameterLimit)
    {
        StructuredField type = Field(header, "Content-Type"u8, parameterLimit);
        StructuredField disposition = Field(header, "Content-Disposition"u8, parameterLimit);
        string encoding = TransferEncoding.Read(header.ValueOf("Content-Transfer-Encoding"u8) ?? "");
        Type = isInDigest && header.Find("Content-Type"u8) < 0 ? "message/rfc822" : MediaType.Of(type.Value);
        Encoding = encoding.Length > 0 ? encoding : "7bit";
        Disposition = disposition.Value;
        FileName = disposition.Find("filename") ?? type.Find("name") ?? "";
        ContentId = (header.ValueOf("Content-ID"u8) ?? "").Trim('<', '>', ' ', '\t');
        Description = EncodedText.Decode(header.ValueOf("Content-Description"u8) ?? "");
        Charset = IsText ? type.Find("charset") ?? "" : "";
        HasMoreParameters = type.HasMore || disposition.HasMore;
    }

    /// <summary>In small letters, as are encoding and disposition.</summary>
    public string Type { get; }

    public string Encoding { get; }
    public string Disposition { get; }

    /// <summary>As the sender wrote it.</summary>
    public string FileName { get; }

    public string ContentId { get; }
    public string Description { get; }

    /// <summary>Of a text, as it is named there.</summary>
    public string Charset { get; }

    internal bool HasMoreParameters { get; }
    internal bool IsText => Type.StartsWith("text/", StringComparison.Ordinal);

    /// <summary>What text is decoded by; Latin-1 where its character set is not known.</summary>
    internal Encoding TextEncoding => Charsets.Find(Charset) ?? System.Text.Encoding.Latin1;

    /// <summary>What can be told without the place among other parts.</summary>
    internal PartKind Kind
    {
        get
        {
            bool isNamed = FileName.Length > 0 && !IsText && Disposition != "inline"
                && !Type.StartsWith("multipart/", StringComparison.Ordinal);
            return (IsText ? PartKind.Text : PartKind.None)
                | (IsText && Charsets.Find(Charset) is null ? PartKind.OtherCharset : PartKind.None)
                | (ContentDecoder.IsKnown(Encoding) ? PartKind.None : PartKind.OtherEncoding)
                | (isNamed || Disposition == "attachment" ? PartKind.Attachment : PartKind.None);
        }
    }

    private static StructuredField Field(MessageHeader header, ReadOnlySpan<byte> name, int parameterLimit)
        => header.Find(name) is >= 0 and var field
            ? StructuredField.Read(header.Value(field), parameterLimit)
            : StructuredField.None;
}
