using System.Net.Security;

namespace MailModule.Transport;

/// <summary>How our end of a connection shakes hands: as a server or as a client.</summary>
internal interface ITlsSettings
{
    /// <summary>The handshake begins when the peer's first record is there.</summary>
    bool AwaitsHello { get; }

    /// <summary>Begins the handshake.</summary>
    /// <param name="hello">That record, which <paramref name="tls"/> will read; else empty.</param>
    /// <param name="findings">What is known when it has ended; null: it does not begin.</param>
    Task BeginHandshake(SslStream tls, ReadOnlySpan<byte> hello, out IHandshakeFindings? findings);
}
