using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Tests.Support;

/// <summary>A certificate authority for one test run: makes certificates that are right, or wrong in one way.</summary>
internal sealed class TestAuthority
{
    private static readonly Lazy<TestAuthority> s_trusted = new(() => new TestAuthority("CN=Test Root"));
    private static readonly Lazy<TestAuthority> s_stranger = new(() => new TestAuthority("CN=Stranger Root"));
    private readonly X509Certificate2 _root;

    private TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
    }

    /// <summary>The one that a test's client trusts.</summary>
    public static TestAuthority Trusted => s_trusted.Value;

    /// <summary>One that it does not.</summary>
    public static TestAuthority Stranger => s_stranger.Value;

    /// <summary>For <see cref="Transport.TlsClientSettings.Authorities"/>.</summary>
    public X509Certificate2Collection Roots => [X509CertificateLoader.LoadCertificate(_root.RawData)];

    /// <param name="names">DNS names and addresses; the first is the common name too.</param>
    public X509Certificate2 Issue(params string[] names)
        => Issue(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30), names);

    /// <summary>Writes a new certificate and its key into one file.</summary>
    public void WritePem(string file, params string[] names)
    {
        using X509Certificate2 certificate = Issue(names);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    /// <summary>A certificate for a client.</summary>
    /// <param name="mailNames">Its mail addresses.</param>
    /// <param name="usage">What it is for, as an object identifier; null: everything.</param>
    public X509Certificate2 IssueToClient(string subject, string[] mailNames, string? usage = null)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var list = new SubjectAlternativeNameBuilder();
        foreach (string name in mailNames)
            list.AddEmailAddress(name);
        list.AddDnsName("client.example");
        request.CertificateExtensions.Add(list.Build());
        if (usage is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        return Sign(request, key, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    /// <summary>Writes the root's certificate, for who is to trust it.</summary>
    public void WriteRoot(string file) => File.WriteAllText(file, _root.ExportCertificatePem());

    public X509Certificate2 IssueExpired(params string[] names)
        => Issue(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(-1), names);

    public X509Certificate2 IssueEarly(params string[] names)
        => Issue(DateTimeOffset.UtcNow.AddDays(1), DateTimeOffset.UtcNow.AddDays(30), names);

    /// <summary>The name stands in the subject alone, as it did last century.</summary>
    public X509Certificate2 IssueWithCommonNameAlone(string name)
        => Sign(RequestFor(name, [], out ECDsa key), key, DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(30));

    public static X509Certificate2 SelfSigned(params string[] names)
    {
        CertificateRequest request = RequestFor(names[0], names, out ECDsa key);
        using (key)
            return Usable(request.CreateSelfSigned(
                DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30)));
    }

    private X509Certificate2 Issue(DateTimeOffset from, DateTimeOffset to, string[] names)
        => Sign(RequestFor(names[0], names, out ECDsa key), key, from, to);

    private X509Certificate2 Sign(CertificateRequest request, ECDsa key, DateTimeOffset from, DateTimeOffset to)
    {
        using (key)
        using (X509Certificate2 made = request.Create(_root, from, to, RandomNumberGenerator.GetBytes(8)))
            return Usable(made.CopyWithPrivateKey(key));
    }

    private static CertificateRequest RequestFor(string commonName, string[] names, out ECDsa key)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        if (names.Length == 0)
            return request;
        var list = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
            if (IPAddress.TryParse(name, out IPAddress? address))
                list.AddIpAddress(address);
            else
                list.AddDnsName(name);
        request.CertificateExtensions.Add(list.Build());
        return request;
    }

    private static X509Certificate2 Usable(X509Certificate2 made)
    {
        using (made)
            return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
