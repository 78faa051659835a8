using MailModule.Smtp.Client;

namespace MailModule.Delivery.Outgoing;

/// <summary>The server a message goes through, and how.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="VerifyCertificate">With TLS: name and chain must be right.</param>
/// <param name="HelloName">Our name for EHLO.</param>
public sealed record SubmissionRoute(string Host, int Port, StartTlsUse StartTls, bool VerifyCertificate, string HelloName, TimeSpan Timeout);
