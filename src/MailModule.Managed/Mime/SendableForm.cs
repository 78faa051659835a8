namespace MailModule.Mime;

/// <summary>What may be sent to a host beside lines of ASCII, no longer than mail may have.</summary>
/// <param name="TakesEightBit">Bodies with octets above 127 (RFC 6152).</param>
/// <param name="TakesUtf8">Header fields in UTF-8 (RFC 6532), which need SMTPUTF8.</param>
internal readonly record struct SendableForm(bool TakesEightBit, bool TakesUtf8);
