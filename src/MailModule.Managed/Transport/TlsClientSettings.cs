using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Transport;

/// <summary>The server that a client expects at the other end, and how the client makes sure of it.</summary>
/// <param name="TargetHost">The name the certificate has to bear, or the address, in brackets or not. A name is also
/// sent as SNI (RFC 6066 §3: an address never).</param>
/// <param name="Verify">False: any certificate will do (opportunistic TLS). True: name, time and chain must be
/// right.</param>
/// <param name="Authorities">Roots to trust in place of the system's; null: the system's.</param>
internal sealed record TlsClientSettings(string TargetHost, bool Verify, X509Certificate2Collection? Authorities = null)
    : ITlsSettings
{
    /// <summary>What <see cref="Verify"/> passes over.</summary>
    public CertificateProblems Tolerated { get; init; }

    /// <summary>Has the last word on the server's certificate; null: <see cref="Verify"/> says all.</summary>
    public CertificateDecision? Decide { get; init; }

    /// <summary>Shown to a server that asks for one; null: none.</summary>
    public ClientCertificate? Certificate { get; init; }

    public TlsRules Rules { get; init; } = TlsRules.Default;

    /// <summary>As a certificate has it: without brackets, and without the dot that ends a full name.</summary>
    private string PeerName => TargetHost.TrimStart('[').TrimEnd(']').TrimEnd('.');

    public bool AwaitsHello => false;

    public Task BeginHandshake(SslStream tls, ReadOnlySpan<byte> hello, out IHandshakeFindings? findings)
    {
        var peer = new CertificateCheck(PeerName, Verify, Decide) { Tolerated = Tolerated };
        findings = peer;
        return Rules.AllowSomething
            ? tls.AuthenticateAsClientAsync(CreateOptions(peer))
            : Task.FromException(new NoTlsException(TlsRules.NothingAllowed));
    }

    private SslClientAuthenticationOptions CreateOptions(CertificateCheck peer) => new()
    {
        TargetHost = PeerName,
        EnabledSslProtocols = Rules.Protocols,
        CipherSuitesPolicy = Rules.Ciphers,
        ClientCertificateContext = Certificate?.Shown,
        // A write waits in the platform for the end of such a handshake, which its own thread would have to go on with.
        AllowRenegotiation = false,
        CertificateChainPolicy = CreatePolicy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors)
            => peer.Validate(certificate, chain, errors),
    };

    private X509ChainPolicy CreatePolicy()
    {
        // Nothing is fetched from where a stranger's certificate points to.
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (Authorities is null)
            return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(Authorities);
        return policy;
    }
}
