using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// Which certificates of clients a server takes as proof of who they are, and whether a client must have one.
/// Immutable; may serve any number of handshakes at once.
/// </summary>
/// <param name="authorities">Roots, and perhaps certificates between them and the clients'.</param>
/// <param name="isRequired">Whoever shows none of these is refused; else the session goes on without.</param>
internal sealed class ClientTrust(X509Certificate2Collection authorities, bool isRequired)
{
    public bool IsRequired => isRequired;

    /// <summary><see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>, or <see cref="Fault.Tls"/> for what is in the
    /// file; <paramref name="text"/> says what is wrong.</summary>
    public static Fault TryLoad(string file, bool isRequired, out ClientTrust? made, out string? text)
    {
        made = null;
        Fault fault = CertificateFiles.TryReadText(file, out string pem, out text);
        if (fault != Fault.None)
            return fault;
        var authorities = new X509Certificate2Collection();
        text = CertificateFiles.FindProblem(file, pem, authorities);
        if (text is not null)
            return Fault.Tls;
        made = new ClientTrust(authorities, isRequired);
        return Fault.None;
    }

    /// <summary>
    /// Asks for a certificate in one handshake. No session is resumed then: so each client proves anew that it has the
    /// key, and shows the whole chain.
    /// </summary>
    public void AskIn(SslServerAuthenticationOptions options, ServerHandshake handshake)
    {
        options.ClientCertificateRequired = true;
        options.AllowTlsResume = false;
        options.CertificateChainPolicy = CreatePolicy();
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors)
            => handshake.Validate(certificate as X509Certificate2, chain, errors, isRequired);
    }

    private X509ChainPolicy CreatePolicy()
    {
        // Nothing is fetched from where a stranger's certificate points to.
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ExtraStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2")); // RFC 5280 §4.2.1.12: id-kp-clientAuth
        return policy;
    }
}
