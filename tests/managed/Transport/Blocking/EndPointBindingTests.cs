using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Transport.Blocking;

namespace MailModule.Tests.Transport.Blocking;

public class EndPointBindingTests
{
    // RFC 5929 §4.1: the hash of the signature, but SHA-256 in place of MD5 and SHA-1
    [Theory]
    [InlineData("SHA1", "SHA256")]
    [InlineData("SHA256", "SHA256")]
    [InlineData("SHA384", "SHA384")]
    [InlineData("SHA512", "SHA512")]
    public void The_hash_is_that_of_the_signature(string signature, string binding)
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
            using IncrementalHash digest = IncrementalHash.CreateHash(new HashAlgorithmName(binding));
            digest.AppendData(certificate);
            Assert.Equal(digest.GetHashAndReset(), EndPointBinding.Of(certificate));
        }
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
