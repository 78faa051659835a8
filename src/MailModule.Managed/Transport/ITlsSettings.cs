using System.Net.Security;

namespace MailModule.Transport;

/// <summary>How our end of a connection shakes hands: as a server or as a client.</summary>
internal interface ITlsSettings
{
    /// <summary>Begins the handshake.</summary>
    /// <param name="peer">What is known of the peer's certificate when it has ended; null: none is asked for.</param>
    Task BeginHandshake(SslStream tls, out CertificateCheck? peer);
}
