namespace MailModule.Transport;

/// <summary>What a TLS handshake has found out about its two ends; asked when it has ended.</summary>
internal interface IHandshakeFindings
{
    /// <summary>The server's certificate bears its name, and is good; false on a server's side.</summary>
    bool IsPeerVerified { get; }

    /// <summary>Why the handshake was ended because of the peer's certificate, in words; null: it was not.</summary>
    string? Refusal { get; }

    /// <inheritdoc cref="IPeer.EndPointBinding"/>
    byte[]? EndPointBinding { get; }

    /// <inheritdoc cref="IPeer.ServerName"/>
    string? ServerName => null;

    /// <inheritdoc cref="IPeer.VerifiedCertificate"/>
    VerifiedCertificate? VerifiedCertificate => null;
}
