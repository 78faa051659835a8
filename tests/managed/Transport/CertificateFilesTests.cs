using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Primitives;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

public sealed class CertificateFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _good;

    public CertificateFilesTests()
    {
        _good = _folder.In("good.pem");
        TestAuthority.Trusted.WritePem(_good, "a.example");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_certificate_with_its_key_is_taken()
    {
        Assert.Equal(Fault.None, TlsServerSettings.TryLoad(_good, null, out TlsServerSettings? settings, out _));
        Assert.NotNull(settings);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_and_not_found()
    {
        string none = _folder.In("none.pem");
        Assert.Equal((Fault.NotFound, $"{none}: there is no such file"), Load(none, null));
        Assert.Equal((Fault.NotFound, $"{none}: there is no such file"), Load(_good, none));
    }

    [Fact]
    public void A_key_of_another_certificate_is_told_with_both_files()
    {
        string other = _folder.In("other.pem");
        TestAuthority.Trusted.WritePem(other, "b.example");
        string key = Write("key.pem", PemOf(other, "PRIVATE KEY"));
        Assert.Equal(
            (Fault.Tls, $"the private key in {key} does not belong to the certificate in {_good}"), Load(_good, key));
    }

    [Fact]
    public void A_key_of_another_kind_does_not_belong_to_the_certificate()
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        bool isRsa = X509CertificateLoader.LoadCertificateFromFile(_good).GetKeyAlgorithm() == "1.2.840.113549.1.1.1";
        string key = Write("key.pem", isRsa ? curve.ExportPkcs8PrivateKeyPem() : rsa.ExportPkcs8PrivateKeyPem());
        Assert.Equal(
            (Fault.Tls, $"the private key in {key} does not belong to the certificate in {_good}"), Load(_good, key));
    }

    [Fact]
    public void What_is_missing_or_damaged_in_a_file_is_said()
    {
        string empty = Write("empty.pem", "");
        string certificate = Write("certificate.pem", PemOf(_good, "CERTIFICATE"));
        string damaged = Write("damaged.pem", PemOf(_good, "CERTIFICATE").Replace("\nMII", "\nAAA"));
        string key = Write("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        using var rsa = RSA.Create(2048);
        string encrypted = Write("encrypted.pem", rsa.ExportEncryptedPkcs8PrivateKeyPem(
            "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)));
        Assert.Equal((Fault.Tls, $"{empty}: there is no certificate in PEM form in it"), Load(empty, null));
        Assert.Equal((Fault.Tls, $"{damaged}: a certificate in it is damaged"), Load(damaged, _good));
        Assert.Equal((Fault.Tls, $"{certificate}: there is no private key in PEM form in it"), Load(certificate, null));
        Assert.Equal(
            (Fault.Tls, $"{key}: the private key in it is damaged, or of an unknown kind"), Load(certificate, key));
        Assert.Equal(
            (Fault.Tls, $"{encrypted}: the private key in it is encrypted; a server needs one without a password"),
            Load(certificate, encrypted));
    }

    private static (Fault Fault, string? Text) Load(string certificate, string? key)
        => (TlsServerSettings.TryLoad(certificate, key, out _, out string? text), text);

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder.In(name), text);
        return _folder.In(name);
    }

    // The first block whose label ends so.
    private static string PemOf(string file, string label)
    {
        string text = File.ReadAllText(file);
        int end = text.IndexOf($"{label}-----\n", text.IndexOf($"{label}-----", StringComparison.Ordinal) + 1,
            StringComparison.Ordinal);
        int begin = text.LastIndexOf("-----BEGIN", end, StringComparison.Ordinal);
        return text[begin..(end + label.Length + 6)];
    }
}
