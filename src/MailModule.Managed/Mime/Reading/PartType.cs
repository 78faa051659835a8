namespace MailModule.Mime.Reading;

/// <summary>What a header says of the parts that are in a part.</summary>
/// <param name="Name">Such as "text/plain", in small letters.</param>
/// <param name="Boundary">Of a multipart that has one, an octet a character.</param>
internal readonly record struct PartType(string Name, string? Boundary, bool IsMessage, bool HasMoreParameters)
{
    public bool IsMultipart => Name.StartsWith("multipart/", StringComparison.Ordinal);
    public bool IsDigest => Name == "multipart/digest";

    /// <param name="isInDigest">RFC 2046 §5.1.5: what says nothing of itself there is a message.</param>
    public static PartType Read(MessageHeader header, bool isInDigest, int parameterLimit)
    {
        int field = header.Find("Content-Type"u8);
        if (field < 0)
            return isInDigest
                ? new PartType("message/rfc822", null, IsIdentity(header), HasMoreParameters: false)
                : new PartType("text/plain", null, IsMessage: false, HasMoreParameters: false);
        var content = StructuredField.Read(header.ValueAsOctets(field), parameterLimit);
        string name = MediaType.Of(content.Value);
        bool isMessage = (name is "message/rfc822" or "message/global" or "message/news") && IsIdentity(header);
        string? boundary = null;
        if (name.StartsWith("multipart/", StringComparison.Ordinal))
            boundary = content.Find("boundary")?.TrimEnd();
        bool isUsable = boundary is { Length: > 0 and <= PartScanner.LongestBoundary };
        return new PartType(name, isUsable ? boundary : null, isMessage, content.HasMore);
    }

    // RFC 2046 §5.2.1: a message is not encoded. What is encoded all the same is a part without others.
    private static bool IsIdentity(MessageHeader header)
        => TransferEncoding.Read(header.ValueOf("Content-Transfer-Encoding"u8) ?? "")
            is "" or "7bit" or "8bit" or "binary";
}
