using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Transport.Blocking;

/// <summary>
/// The channel binding tls-server-end-point (RFC 5929 §4): the digest of the server's certificate, by the hash of the
/// certificate's own signature.
/// </summary>
internal static class EndPointBinding
{
    private const string RsaPss = "1.2.840.113549.1.1.10"; // RFC 4055 §3.1

    /// <summary>Null: the signature has no single hash (Ed25519, RFC 8410), so none is defined; or one unknown here.
    /// </summary>
    /// <param name="certificate">As DER.</param>
    public static byte[]? Of(byte[] certificate)
    {
        try
        {
            using X509Certificate2 parsed = X509CertificateLoader.LoadCertificate(certificate);
            string? algorithm = parsed.SignatureAlgorithm.Value;
            return Digest(algorithm == RsaPss ? HashOfPss(certificate) : HashOfSignature(algorithm), certificate);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    private static byte[]? Digest(int bits, byte[] certificate) => bits switch
    {
        256 => SHA256.HashData(certificate),
        384 => SHA384.HashData(certificate),
        512 => SHA512.HashData(certificate),
        _ => null,
    };

    // RFC 5929 §4.1: MD5 and SHA-1 are replaced by SHA-256.
    private static int HashOfSignature(string? algorithm) => algorithm switch
    {
        "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" => 256, // RSA: MD5, SHA-1; ECDSA: SHA-1
        "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => 256, // RFC 4055 §5, RFC 5758 §3.2
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => 384,
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => 512,
        _ => 0,
    };

    /// <summary>RFC 4055 §3.1: the hash stands in the parameters; where it does not, it is SHA-1.</summary>
    private static int HashOfPss(byte[] certificate)
    {
        AsnReader outer = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
        outer.ReadEncodedValue(); // what is signed
        AsnReader signature = outer.ReadSequence();
        signature.ReadObjectIdentifier();
        var hash = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        AsnReader? parameters = signature.HasData ? signature.ReadSequence() : null;
        if (parameters is not { HasData: true } || !parameters.PeekTag().HasSameClassAndValue(hash))
            return 256;
        return parameters.ReadSequence(hash).ReadSequence().ReadObjectIdentifier() switch
        {
            "1.3.14.3.2.26" or "2.16.840.1.101.3.4.2.1" => 256, // SHA-1, SHA-256
            "2.16.840.1.101.3.4.2.2" => 384,
            "2.16.840.1.101.3.4.2.3" => 512,
            _ => 0,
        };
    }
}
