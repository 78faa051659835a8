using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

/// <summary>Names that whoever issued a certificate has put into it: none is cut or ends a line.</summary>
public class CertificateTextTests
{
    [Theory]
    [InlineData("joe", "CN=joe")]
    [InlineData("j\u00f6e", "CN=j\u00f6e")]
    [InlineData("joe\0.example", @"CN=joe\00.example")]
    [InlineData("a\r\nb\u0085\u007f", @"CN=a\0d\0ab\c2\85\7f")]
    public void Rfc_4514_section_2_4_controls_are_escaped(string name, string text)
    {
        using X509Certificate2 certificate = Make(name, []);
        // what holds a line end is quoted as well
        Assert.Equal(text, CertificateText.Of(certificate.SubjectName).Replace("\"", "", StringComparison.Ordinal));
        Assert.Equal(CertificateText.Of(certificate.SubjectName), VerifiedCertificate.Of(certificate).Subject);
        var shown = new ShownCertificate("host", certificate, null)
        {
            Problems = CertificateProblems.None,
            Words = "",
        };
        Assert.Equal(CertificateText.Of(certificate.SubjectName), shown.Subject);
        Assert.Equal(shown.Subject, shown.Issuer);
    }

    [Fact]
    public void A_host_hears_the_whole_of_each_name_that_a_certificate_is_for()
    {
        using X509Certificate2 certificate = Make("x", ["mail.example\0.evil.example", "b.example"]);
        var shown = new ShownCertificate("mail.example", certificate, null)
        {
            Problems = CertificateProblems.Name,
            Words = "",
        };
        Assert.Equal(@"mail.example\00.evil.example, b.example", shown.Names);
        Assert.Equal(shown.Names, ShownCertificate.FirstNames(certificate));
    }

    [Fact]
    public void A_certificate_for_a_longer_name_with_nul_is_not_for_what_stands_before_it()
    {
        using X509Certificate2 certificate = Make("x", ["mail.example\0.evil.example"]);
        var check = new CertificateCheck("mail.example", isRequired: true);
        Assert.False(check.Validate(certificate, null, System.Net.Security.SslPolicyErrors.None));
        Assert.Equal(CertificateProblems.Name, check.Problems & CertificateProblems.Name);
        Assert.DoesNotContain('\0', check.Problem);
    }

    private static X509Certificate2 Make(string commonName, string[] hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        name.Add("2.5.4.3", commonName, UniversalTagNumber.UTF8String);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        var list = new AsnWriter(AsnEncodingRules.DER);
        using (list.PushSequence())
            foreach (string host in hosts)
                list.WriteCharacterString(
                    UniversalTagNumber.IA5String, host, new Asn1Tag(TagClass.ContextSpecific, 2));
        if (hosts.Length > 0)
            request.CertificateExtensions.Add(new X509Extension("2.5.29.17", list.Encode(), critical: false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
