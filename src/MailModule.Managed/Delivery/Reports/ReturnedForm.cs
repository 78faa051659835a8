namespace MailModule.Delivery.Reports;

/// <summary>How a message or its header stands in a DSN: media type and transfer encoding.</summary>
/// <remarks>
/// What is not ASCII goes as it is only where that cannot hinder the DSN: as 8BITMIME in the body of a message
/// returned whole, which nearly every host takes, and as UTF-8 where the DSN goes to a UTF-8 address anyhow. MIME
/// lets neither message/rfc822 nor other types of message be encoded (RFC 2046 §5.2.1), but for those of RFC 6532 and
/// RFC 6533.
/// </remarks>
internal readonly record struct ReturnedForm(bool IsWhole, string Type, string Encoding)
{
    private const string AsItIs = "7bit";
    private const string EightBit = "8bit";
    private const string Base64 = "base64";

    /// <summary>The form of a whole message; null if it cannot travel, so that the header must do.</summary>
    /// <param name="isUtf8">The message was sent with SMTPUTF8.</param>
    /// <param name="dsnIsUtf8">The DSN will be.</param>
    public static ReturnedForm? OfWhole(in ContentShape shape, bool isUtf8, bool dsnIsUtf8)
    {
        if (shape.IsAscii)
            return shape.KeepsLines ? new ReturnedForm(true, "message/rfc822", AsItIs) : null;
        // RFC 6533 §4.5: encoded, unless the way back is known to take UTF-8
        if (isUtf8 && !dsnIsUtf8)
            return new ReturnedForm(true, "message/global", Base64);
        return shape.KeepsLines ? new ReturnedForm(true, isUtf8 ? "message/global" : "message/rfc822", EightBit) : null;
    }

    public static ReturnedForm OfHeader(in ContentShape shape, bool isUtf8, bool dsnIsUtf8)
    {
        if (shape is { IsAscii: true, KeepsLines: true })
            return new ReturnedForm(false, "text/rfc822-headers", AsItIs);
        if (!isUtf8 || shape.IsAscii)
            return new ReturnedForm(false, "text/rfc822-headers", Base64);
        return new ReturnedForm(false, "message/global-headers", dsnIsUtf8 && shape.KeepsLines ? EightBit : Base64);
    }
}
