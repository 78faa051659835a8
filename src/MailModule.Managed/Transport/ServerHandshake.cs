using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Transport;

/// <summary>One handshake on a server's side: what was asked for and shown, and who the client proves to be.</summary>
internal sealed class ServerHandshake(string? serverName, byte[]? endPointBinding) : IHandshakeFindings
{
    public bool IsPeerVerified => false;
    public string? ServerName => serverName;
    public byte[]? EndPointBinding => endPointBinding;
    public VerifiedCertificate? VerifiedCertificate { get; private set; }
    public string? Refusal { get; private set; }

    /// <summary>
    /// For the TLS layer, where a certificate was asked for: whether the handshake may go on. One that is not good
    /// proves nothing; many clients show what they happen to have.
    /// </summary>
    public bool Validate(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, bool isRequired)
    {
        string? problem = FindProblem(certificate, chain, errors);
        if (problem is null)
            VerifiedCertificate = VerifiedCertificate.Of(certificate!);
        else if (isRequired)
            Refusal = problem;
        return Refusal is null;
    }

    private static string? FindProblem(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
            return "the client shows no certificate";
        // As in CertificateCheck: what the chain says of itself counts, too.
        X509ChainStatusFlags flags =
            chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status)
            ?? X509ChainStatusFlags.PartialChain;
        bool isGood = (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
            && flags == X509ChainStatusFlags.NoError;
        return isGood
            ? null
            : $"the client's certificate is not good: {(flags == X509ChainStatusFlags.NoError ? errors : flags)}";
    }
}
