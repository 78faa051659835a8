using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Transport;

/// <summary>
/// The check of a server's certificate in one handshake: whether it is the right one, and else why not, in words.
/// </summary>
/// <param name="name">What it has to bear.</param>
/// <param name="isRequired">Else any will do, and the result is only remembered.</param>
internal sealed class CertificateCheck(string name, bool isRequired)
{
    public bool IsValid { get; private set; }

    /// <summary>What is wrong with it; empty if nothing is, or before the handshake.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The handshake was ended because of it.</summary>
    public bool IsRefused => isRequired && Problem.Length > 0;

    /// <inheritdoc cref="IPeer.EndPointBinding"/>
    public byte[]? EndPointBinding { get; private set; }

    /// <summary>For the TLS layer: whether the handshake may go on.</summary>
    public bool Validate(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        EndPointBinding = certificate is X509Certificate2 bound ? Transport.EndPointBinding.Of(bound) : null;
        Problem = certificate is X509Certificate2 shown
            ? string.Join("; ", Problems(shown, chain, errors))
            : "the server shows no certificate";
        IsValid = Problem.Length == 0;
        return IsValid || !isRequired;
    }

    private IEnumerable<string> Problems(X509Certificate2 shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!IsIssuedFor(shown, name))
            yield return $"the certificate is not for {name} but for {NamesIn(shown)}";
        // wine's verdict passes over a chain that ends without a root: so what the chain says of itself counts, too.
        X509ChainStatusFlags flags =
            chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status)
            ?? X509ChainStatusFlags.PartialChain;
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0 && flags == X509ChainStatusFlags.NoError)
            yield break;
        bool isTold = false;
        foreach (string complaint in ChainProblems(shown, chain, flags))
        {
            isTold = true;
            yield return complaint;
        }
        if (!isTold)
            yield return $"the certificate is not good: {flags}";
    }

    private static IEnumerable<string> ChainProblems(
        X509Certificate2 shown, X509Chain? chain, X509ChainStatusFlags flags)
    {
        if ((flags & X509ChainStatusFlags.NotTimeValid) != 0)
            yield return WhenValid(chain?.ChainElements.FirstOrDefault(IsOutOfTime)?.Certificate ?? shown);
        bool isOwnIssuer = shown.SubjectName.RawData.AsSpan().SequenceEqual(shown.IssuerName.RawData);
        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) == 0)
            yield break;
        if (isOwnIssuer)
            yield return "the certificate is self-signed";
        else if ((flags & X509ChainStatusFlags.UntrustedRoot) != 0)
            yield return $"the certificate's root is not trusted: {chain!.ChainElements[^1].Certificate.Subject}";
        else
            yield return $"the certificate's issuer is not known: {LastIssuer(shown, chain)}";
    }

    private static string LastIssuer(X509Certificate2 shown, X509Chain? chain)
        => chain?.ChainElements[^1].Certificate.Issuer ?? shown.Issuer;

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

    private static string NamesIn(X509Certificate2 shown)
    {
        try
        {
            X509SubjectAlternativeNameExtension? names =
                shown.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
            string[] all = names is null
                ? []
                : [.. names.EnumerateDnsNames().Take(5),
                    .. names.EnumerateIPAddresses().Take(5).Select(address => address.ToString())];
            return all.Length > 0 ? string.Join(", ", all) : "nobody";
        }
        catch (CryptographicException)
        {
            return "nobody";
        }
    }
}
