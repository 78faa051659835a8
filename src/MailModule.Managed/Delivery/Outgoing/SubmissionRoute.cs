using System.Security.Cryptography.X509Certificates;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Outgoing;

/// <summary>The server a message goes through, and how.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="VerifyCertificate">With TLS: name and chain must be right.</param>
/// <param name="Authorities">Roots to trust in place of the system's; null: the system's.</param>
/// <param name="HelloName">Our name for EHLO.</param>
/// <param name="Timeout">How long the server may be silent at any point. RFC 5321 §4.5.3.2 asks for 5 minutes (10 after the final dot), which the
/// default keeps; a host that sets less gives up sooner.</param>
public sealed record SubmissionRoute(string Host, int Port, StartTlsUse StartTls, bool VerifyCertificate, string HelloName, TimeSpan Timeout, X509Certificate2Collection? Authorities = null);
