using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

public class EndPointBindingTests
{
    [Theory]
    [InlineData("SHA256", "SHA256")]
    [InlineData("SHA384", "SHA384")]
    [InlineData("SHA512", "SHA512")]
    public void It_is_the_certificate_s_hash_by_the_hash_of_its_signature(string signed, string bound)
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var hash = new HashAlgorithmName(signed);
        CertificateRequest[] requests =
        [
            new("CN=mx.example", rsa, hash, RSASignaturePadding.Pkcs1), new("CN=mx.example", curve, hash),
        ];
        foreach (CertificateRequest request in requests)
        {
            using X509Certificate2 certificate = Sign(request);
            Assert.Equal(CryptographicOperations.HashData(new HashAlgorithmName(bound), certificate.RawData),
                EndPointBinding.Of(certificate));
        }
    }

    [Theory]
    [InlineData(4)] // md5WithRSAEncryption
    [InlineData(5)] // sha1WithRSAEncryption
    public void A_weak_hash_of_the_signature_is_not_the_binding_s(byte algorithm)
    {
        // RFC 5929 §4.1. Nothing here looks at the signature itself.
        using var rsa = RSA.Create(2048);
        using X509Certificate2 strong
            = Sign(new CertificateRequest("CN=mx.example", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        byte[] octets = strong.RawData;
        byte[] name = Convert.FromHexString("2A864886F70D01010B"); // sha256WithRSAEncryption
        for (int at; (at = octets.AsSpan().IndexOf(name)) >= 0;)
            octets[at + name.Length - 1] = algorithm;
        using X509Certificate2 weak = X509CertificateLoader.LoadCertificate(octets);
        Assert.Equal(SHA256.HashData(octets), EndPointBinding.Of(weak));
    }

    [Fact]
    public void A_signature_that_names_no_hash_has_no_binding()
    {
        using var rsa = RSA.Create(2048);
        using X509Certificate2 certificate
            = Sign(new CertificateRequest("CN=mx.example", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        Assert.Null(EndPointBinding.Of(certificate));
    }

    private static X509Certificate2 Sign(CertificateRequest request)
        => request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
}
