using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Transport;

/// <summary>Whom a client expects at the other end, and how it makes sure: TLS 1.2 and newer.</summary>
/// <param name="TargetHost">The name the certificate has to bear; also sent as SNI.</param>
/// <param name="Verify">False: any certificate will do (opportunistic TLS). True: name and chain must be right.</param>
/// <param name="Authorities">Roots to trust in place of the system's; null: the system's.</param>
public sealed record TlsClientSettings(string TargetHost, bool Verify, X509Certificate2Collection? Authorities = null)
{
    internal SslClientAuthenticationOptions CreateOptions()
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = TargetHost,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (!Verify)
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        else
            options.CertificateChainPolicy = CreatePolicy();
        return options;
    }

    private X509ChainPolicy CreatePolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (Authorities is null)
            return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(Authorities);
        return policy;
    }
}
