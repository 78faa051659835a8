using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Transport;

/// <summary>
/// The check of a server's certificate in one handshake: whether it is the right one, and else why not.
/// </summary>
/// <param name="name">What it has to bear.</param>
/// <param name="isRequired">Else any will do, and the result is only remembered.</param>
/// <param name="decide">Has the last word; null: nobody is asked.</param>
internal sealed class CertificateCheck(string name, bool isRequired, CertificateDecision? decide = null)
    : IHandshakeFindings
{
    private const X509ChainStatusFlags TimeOrTrust = X509ChainStatusFlags.NotTimeValid
        | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    /// <summary>What may be wrong where it is required; with all else the handshake ends.</summary>
    public CertificateProblems Tolerated { get; init; }

    /// <summary>Nothing is wrong with it, tolerated or not.</summary>
    public bool IsValid { get; private set; }

    /// <summary>What is wrong with it, in words; empty if nothing is, or before the handshake.</summary>
    public string Problem { get; private set; } = "";

    public CertificateProblems Problems { get; private set; }

    /// <summary>The handshake was ended because of it.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Why, in words.</summary>
    public string Refusal => Problem.Length > 0 ? Problem : "the certificate is good, and not accepted all the same";

    bool IHandshakeFindings.IsPeerVerified => IsValid;
    string? IHandshakeFindings.Refusal => IsRefused ? Refusal : null;

    /// <inheritdoc cref="IPeer.EndPointBinding"/>
    public byte[]? EndPointBinding { get; private set; }

    /// <summary>For the TLS layer: whether the handshake may go on.</summary>
    public bool Validate(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        EndPointBinding = certificate is X509Certificate2 bound ? Transport.EndPointBinding.Of(bound) : null;
        var shown = certificate as X509Certificate2;
        List<(CertificateProblems Kind, string Words)> found = shown is null
            ? [(CertificateProblems.Missing, "the server shows no certificate")]
            : [.. Find(shown, chain, errors)];
        Problem = string.Join("; ", found.Select(one => one.Words));
        Problems = found.Aggregate(CertificateProblems.None, (all, one) => all | one.Kind);
        IsValid = found.Count == 0;
        bool isAccepted = !isRequired || (Problems & ~Tolerated) == CertificateProblems.None;
        if (decide is not null)
            isAccepted = decide(
                new ShownCertificate(name, shown, chain) { Problems = Problems, Words = Problem }, isAccepted);
        IsRefused = !isAccepted;
        return isAccepted;
    }

    private IEnumerable<(CertificateProblems Kind, string Words)> Find(
        X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!IsIssuedFor(shown, name))
            yield return (CertificateProblems.Name,
                $"the certificate is not for {name} but for {ShownCertificate.FirstNames(shown)}");
        // wine's verdict passes over a chain that ends without a root: so what the chain says of itself counts, too.
        X509ChainStatusFlags flags =
            chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status)
            ?? X509ChainStatusFlags.PartialChain;
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0 && flags == X509ChainStatusFlags.NoError)
            yield break;
        bool isTold = false;
        foreach ((CertificateProblems, string) complaint in ChainProblems(shown, chain, flags))
        {
            isTold = true;
            yield return complaint;
        }
        if (!isTold)
            yield return (CertificateProblems.Other, $"the certificate is not good: {flags}");
        else if ((flags & ~TimeOrTrust) != 0)
            yield return (CertificateProblems.Other, $"the certificate is not good otherwise: {flags & ~TimeOrTrust}");
    }

    private static IEnumerable<(CertificateProblems Kind, string Words)> ChainProblems(
        X509Certificate2 shown, X509Chain? chain, X509ChainStatusFlags flags)
    {
        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
            yield return (CertificateProblems.Time,
                WhenValid(chain?.ChainElements.FirstOrDefault(IsOutOfTime)?.Certificate ?? shown));
        bool isOwnIssuer = shown.SubjectName.RawData.AsSpan().SequenceEqual(shown.IssuerName.RawData);
        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) == 0)
            yield break;
        if (isOwnIssuer)
            yield return (CertificateProblems.SelfSigned, "the certificate is self-signed");
        else if ((flags & X509ChainStatusFlags.UntrustedRoot) != 0)
            yield return (CertificateProblems.Untrusted,
                "the certificate's root is not trusted: "
                    + CertificateText.Of(chain!.ChainElements[^1].Certificate.SubjectName));
        else
            yield return (CertificateProblems.Untrusted,
                $"the certificate's issuer is not known: {LastIssuer(shown, chain)}");
    }

    private static string LastIssuer(X509Certificate2 shown, X509Chain? chain)
        => CertificateText.Of((chain?.ChainElements[^1].Certificate ?? shown).IssuerName);

    private static bool IsOutOfTime(X509ChainElement element)
        => element.ChainElementStatus.Any(status => (status.Status & X509ChainStatusFlags.NotTimeValid) != 0);

    private static string WhenValid(X509Certificate2 certificate)
    {
        string first = DateOf(certificate.NotBefore), last = DateOf(certificate.NotAfter);
        return $"the certificate has expired or is not valid yet: it is valid from {first} to {last}";
    }

    private static string DateOf(DateTime time)
        => time.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // RFC 9525 §6.3: a wildcard stands for one whole left-most label; a common name in the subject is no name of a host
    private static bool IsIssuedFor(X509Certificate2 shown, string name)
    {
        try
        {
            return shown.MatchesHostname(name, allowWildcards: true, allowCommonName: false);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false; // the name is none, or the certificate's list of names is malformed
        }
    }
}
