using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Transport;

/// <summary>What is wrong with a server's certificate. The C edge gives the numbers as they are.</summary>
[Flags]
public enum CertificateProblems
{
    None = 0,
    /// <summary>It is not for the host that was asked for.</summary>
    Name = 1,
    /// <summary>It, or one that it rests on, has expired or is not valid yet.</summary>
    Time = 2,
    /// <summary>It is its own issuer, and not trusted.</summary>
    SelfSigned = 4,
    /// <summary>Its root is not trusted, or its chain is not whole.</summary>
    Untrusted = 8,
    /// <summary>The server shows none.</summary>
    Missing = 16,
    Other = 32,
}

/// <summary>
/// Asked in each handshake, on the thread that makes it, also where the certificate is good; may block.
/// </summary>
/// <param name="isAccepted">What the settings say.</param>
/// <returns>Whether the handshake goes on.</returns>
public delegate bool CertificateDecision(ShownCertificate shown, bool isAccepted);

/// <summary>A server's certificate as one handshake shows it; valid until the decision is made.</summary>
public sealed class ShownCertificate(string host, X509Certificate2? certificate, X509Chain? chain)
{
    private const int NamesLimit = 5;

    /// <summary>The name or address that it has to bear.</summary>
    public string Host => host;

    /// <summary>Null: there is none.</summary>
    public X509Certificate2? Certificate => certificate;

    /// <summary>Whom it is for, its distinguished name; empty if there is no certificate.</summary>
    public string Subject => certificate is null ? "" : CertificateText.Of(certificate.SubjectName);

    /// <summary>Who stands for it.</summary>
    public string Issuer => certificate is null ? "" : CertificateText.Of(certificate.IssuerName);

    public required CertificateProblems Problems { get; init; }

    /// <summary>The problems in words; empty if there are none.</summary>
    public required string Words { get; init; }

    /// <summary>All names and addresses that it is for, with commas between.</summary>
    public string Names => certificate is null ? "" : string.Join(", ", NamesIn(certificate, int.MaxValue));

    /// <summary>In DER, the server's own first, as far as the chain was found.</summary>
    public IReadOnlyList<byte[]> Chain
        => chain is { ChainElements.Count: > 0 }
            ? [.. chain.ChainElements.Select(element => element.Certificate.RawData)]
            : certificate is null ? [] : [certificate.RawData];

    /// <summary>For messages: the first few of its names.</summary>
    public static string FirstNames(X509Certificate2 certificate)
        => NamesIn(certificate, NamesLimit) is { Count: > 0 } names ? string.Join(", ", names) : "nobody";

    private static List<string> NamesIn(X509Certificate2 certificate, int limit)
    {
        try
        {
            X509SubjectAlternativeNameExtension? names =
                certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
            return names is null
                ? []
                : [.. names.EnumerateDnsNames().Take(limit).Select(CertificateText.Escape),
                    .. names.EnumerateIPAddresses().Take(limit).Select(address => address.ToString())];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }
}
