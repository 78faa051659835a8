using System.Security.Authentication;

namespace MailModule.Transport;

/// <summary>TLS cannot be used here, whoever the other side is; the message is for people.</summary>
internal sealed class NoTlsException(string message) : AuthenticationException(message);
