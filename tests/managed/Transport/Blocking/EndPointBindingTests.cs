using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Transport;

namespace MailModule.Tests.Transport.Blocking;

public class EndPointBindingTests
{
    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void The_hash_is_that_of_the_signature(string signature)
    {
        var hash = new HashAlgorithmName(signature);
        using ECDsa curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA rsa = RSA.Create(2048);
        CertificateRequest[] requests =
        [
            new("CN=mx.example", curve, hash),
            new("CN=mx.example", rsa, hash, RSASignaturePadding.Pkcs1),
            new("CN=mx.example", rsa, hash, RSASignaturePadding.Pss),
        ];
        foreach (CertificateRequest request in requests)
        {
            byte[] certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1))
                .RawData;
            using IncrementalHash digest = IncrementalHash.CreateHash(hash);
            digest.AppendData(certificate);
            Assert.Equal(digest.GetHashAndReset(), EndPointBinding.Of(certificate));
        }
    }

    /// <summary>RFC 5929 §4.1; the certificate is ecdsa-with-SHA1, which the platform does not make any more.</summary>
    [Fact]
    public void In_place_of_an_old_hash_stands_sha_256()
    {
        byte[] certificate = Convert.FromBase64String(
            "MIIBfDCCASSgAwIBAgIUe+kRbtv9b5+Xs9DEJWHJIyjDMfQwCQYHKoZIzj0EATAVMRMwEQYDVQQDDApteC5leGFtcGxlMB4X"
            + "DTI2MTEyOTAyMDUzNVoXDTM2MTEyNjAyMDUzNVowFTETMBEGA1UEAwwKbXguZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49"
            + "AwEHA0IABGSp+/ZyPFzExZvIrtIWH14Vbae/UsLsTZGEnq41K15WoBV5DshRpdrN4noWpFmBRcOdzH0FvUg0ndecnCU+pbSj"
            + "UzBRMB0GA1UdDgQWBBSld1GEwzuBxiD7YNOIN9CWogM03DAfBgNVHSMEGDAWgBSld1GEwzuBxiD7YNOIN9CWogM03DAPBgNV"
            + "HRMBAf8EBTADAQH/MAkGByqGSM49BAEDRwAwRAIgNJhyxdwoRVvVzW0CnYuzciwvDLf0ZDzLL2jdZdnenzICIDl7uECLEMcq"
            + "Ed0hosXqTM7rcJHKhwWLNe/6CEZxoc3o");
        Assert.Equal(SHA256.HashData(certificate), EndPointBinding.Of(certificate));
    }

    /// <summary>RFC 8410 §10.2: a certificate with a signature by Ed25519.</summary>
    [Fact]
    public void A_signature_without_a_hash_of_its_own_has_no_binding()
        => Assert.Null(EndPointBinding.Of(Convert.FromBase64String(
            "MIIBLDCB36ADAgECAghWAUdKKo3DMDAFBgMrZXAwGTEXMBUGA1UEAwwOSUVURiBUZXN0IERlbW8wHhcNMTYwODAxMTIxOTI0"
            + "WhcNNDAxMjMxMjM1OTU5WjAZMRcwFQYDVQQDDA5JRVRGIFRlc3QgRGVtbzAqMAUGAytlbgMhAIUg8AmJMKdUdIt93LQ+91oN"
            + "vzoNJjga9OukqY6qm05qo0UwQzAPBgNVHRMBAf8EBTADAQEAMA4GA1UdDwEBAAQEAwIDCDAgBgNVHQ4BAQAEFgQUmx9e7e0E"
            + "M4Xk97xiPFl1uQvIuzswBQYDK2VwA0EAryMB/t3J5v/BzKc9dNZIpDmAgs3babFOTQbs+BolzlDUwsPrdGxO3YNGhW7Ibz3O"
            + "GhhlxXrCe1Cgw1AH9efZBw==")));

    [Fact]
    public void Garbage_has_no_binding()
    {
        using ECDsa curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] certificate = new CertificateRequest("CN=mx.example", curve, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1)).RawData;
        for (int length = 0; length < certificate.Length; length++)
            Assert.Null(EndPointBinding.Of(certificate[..length]));
    }
}
