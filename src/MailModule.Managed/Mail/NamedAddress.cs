namespace MailModule.Mail;

/// <summary>An address as a header field has it (RFC 5322 §3.4).</summary>
/// <param name="Name">As a person reads it, without quotes; empty: none.</param>
internal sealed record NamedAddress(string Name, MailAddress Address);
