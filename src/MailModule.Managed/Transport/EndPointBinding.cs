using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Transport;

/// <summary>The channel binding tls-server-end-point (RFC 5929 §4): a hash of the server's certificate.</summary>
internal static class EndPointBinding
{
    /// <summary>Null where RFC 5929 defines none: the signature uses no hash, or its own choice of them.</summary>
    public static byte[]? Of(X509Certificate2 certificate)
        => HashOf(certificate.SignatureAlgorithm.Value) is { } hash
            ? CryptographicOperations.HashData(hash, certificate.RawData)
            : null;

    // RFC 5929 §4.1: the hash of the certificate's signature, but SHA-256 in place of MD5 and SHA-1
    private static HashAlgorithmName? HashOf(string? signature) => signature switch
    {
        "1.2.840.113549.1.1.4" => HashAlgorithmName.SHA256, // RFC 8017: md5WithRSAEncryption
        "1.2.840.113549.1.1.5" => HashAlgorithmName.SHA256, // sha1WithRSAEncryption
        "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
        "1.2.840.113549.1.1.12" => HashAlgorithmName.SHA384,
        "1.2.840.113549.1.1.13" => HashAlgorithmName.SHA512,
        "1.2.840.10045.4.1" => HashAlgorithmName.SHA256, // RFC 3279: ecdsa-with-SHA1
        "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256, // RFC 5758
        "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
        "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
        _ => null,
    };
}
