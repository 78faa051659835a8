using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving;

/// <summary>The pair of certificate and key that a running server shows.</summary>
public sealed class ServerCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly EngineSettings _settings;
    private readonly ServerCertificate _certificate;
    private Loop? _loop;

    public ServerCertificateTests()
    {
        var log = new Log(LogLevel.Info, (level, _, text) =>
        {
            lock (_lines)
                _lines.Add($"{level} {text}");
        });
        _settings = new EngineSettings(log);
        _certificate = new ServerCertificate(_settings, log);
        Set("tls_cert_file", File);
    }

    private string File => _folder.In("cert.pem");

    private Loop Server => _loop ??= new Loop(ListenerTests.Greeter, tls: _certificate, tlsFirst: true);

    public void Dispose()
    {
        _loop?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_renewed_pair_is_shown_from_the_next_handshake_on()
    {
        TestAuthority.Trusted.WritePem(File, "one.example");
        Assert.Equal(Fault.None, _certificate.TryLoad(out _));
        Assert.Equal("one.example", NameShown());
        Assert.Empty(_lines);
        TestAuthority.Trusted.WritePem(File, "two.example");
        Assert.Equal("two.example", NameShown());
        Assert.Equal("two.example", NameShown());
        Assert.Equal([$"Info {File}: read again"], _lines);
    }

    [Fact]
    public void A_pair_that_is_put_in_place_by_a_rename_is_seen_too()
    {
        TestAuthority.Trusted.WritePem(File, "one.example");
        DateTime time = System.IO.File.GetLastWriteTimeUtc(File);
        Assert.Equal("one.example", NameShown());
        TestAuthority.Trusted.WritePem(_folder.In("new"), "two.example");
        System.IO.File.SetLastWriteTimeUtc(_folder.In("new"), time);
        System.IO.File.Move(_folder.In("new"), File, overwrite: true);
        Assert.Equal("two.example", NameShown());
    }

    [Fact]
    public void A_pair_that_is_broken_is_warned_of_once_and_the_one_before_stays()
    {
        TestAuthority.Trusted.WritePem(File, "one.example");
        Assert.Equal("one.example", NameShown());
        System.IO.File.WriteAllText(File, "half of a");
        Assert.Equal("one.example", NameShown());
        Assert.Equal("one.example", NameShown());
        string line = Assert.Single(_lines);
        Assert.StartsWith($"Warning {File}: ", line, StringComparison.Ordinal);
        Assert.EndsWith("; the certificate read before stays in use", line, StringComparison.Ordinal);
        System.IO.File.Delete(File);
        Assert.Equal("one.example", NameShown());
        Assert.Equal($"Warning {File}: there is no such file; the certificate read before stays in use", _lines[^1]);
        TestAuthority.Trusted.WritePem(File, "two.example");
        Assert.Equal("two.example", NameShown());
        Assert.Equal(3, _lines.Count);
    }

    [Fact]
    public void A_certificate_is_not_taken_before_its_key_is_there()
    {
        string keyFile = _folder.In("key.pem");
        Set("tls_key_file", keyFile);
        WriteApart("one.example", out string key);
        System.IO.File.WriteAllText(keyFile, key);
        Assert.Equal("one.example", NameShown());
        WriteApart("two.example", out key);
        Assert.Equal("one.example", NameShown());
        Assert.Contains("stays in use", Assert.Single(_lines), StringComparison.Ordinal);
        System.IO.File.WriteAllText(keyFile, key);
        Assert.Equal("two.example", NameShown());
    }

    [Fact]
    public void What_the_settings_name_later_counts_without_a_restart()
    {
        TestAuthority.Trusted.WritePem(File, "one.example");
        TestAuthority.Trusted.WritePem(_folder.In("other"), "two.example");
        Assert.Equal("one.example", NameShown());
        Set("tls_cert_file", _folder.In("other"));
        Set("tls_ciphers", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        using SslStream stream = Connect();
        Assert.Equal(("two.example", SslProtocols.Tls12), (NameOf(stream), stream.SslProtocol));
    }

    [Fact]
    public void Settings_that_change_otherwise_are_no_reason_to_read_the_files_again()
    {
        TestAuthority.Trusted.WritePem(File, "one.example");
        Assert.Equal("one.example", NameShown());
        Set("smtp_max", "20");
        Assert.Equal("one.example", NameShown());
        Assert.Empty(_lines);
    }

    [Fact]
    public void Without_a_pair_that_can_be_used_the_handshake_fails_and_the_log_says_why()
    {
        Assert.Equal(Fault.NotFound, _certificate.TryLoad(out _));
        Assert.ThrowsAny<Exception>(NameShown);
        Assert.Equal($"Warning {File}: there is no such file", Assert.Single(_lines));
        TestAuthority.Trusted.WritePem(File, "one.example");
        Assert.Equal("one.example", NameShown());
    }

    [Fact]
    public void Ciphers_that_no_version_has_are_an_error_at_the_start()
    {
        TestAuthority.Trusted.WritePem(File, "one.example");
        Set("tls_ciphers", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        Set("tls_min_version", "1.3");
        Assert.Equal(Fault.Config, _certificate.TryLoad(out string? text));
        Assert.Contains("tls_ciphers", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Ciphers_of_which_none_goes_with_the_key_are_an_error_at_the_start()
    {
        TestAuthority.Trusted.WritePem(File, "one.example");
        Set("tls_ciphers", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        Assert.Equal(Fault.Config, _certificate.TryLoad(out string? text));
        Assert.Contains("tls_ciphers", text, StringComparison.Ordinal);
    }

    private void Set(string key, string value) => Assert.Equal(Fault.None, _settings.Set(key, value, out _));

    private void WriteApart(string name, out string key)
    {
        using X509Certificate2 made = TestAuthority.Trusted.Issue(name);
        using ECDsa secret = made.GetECDsaPrivateKey()!;
        key = secret.ExportPkcs8PrivateKeyPem();
        System.IO.File.WriteAllText(File, made.ExportCertificatePem());
    }

    private string NameShown()
    {
        using SslStream stream = Connect();
        return NameOf(stream);
    }

    private SslStream Connect()
    {
        SslStream stream = Loop.AsTls(Server.Connect());
        stream.AuthenticateAsClient("localhost");
        return stream;
    }

    private static string NameOf(SslStream stream)
        => ((X509Certificate2)stream.RemoteCertificate!).GetNameInfo(X509NameType.DnsName, forIssuer: false);
}
