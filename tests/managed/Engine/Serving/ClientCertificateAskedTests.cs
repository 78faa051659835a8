using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>Clients that are asked for a certificate (tls_client_cert, tls_client_ca).</summary>
public sealed class ClientCertificateAskedTests : IDisposable
{
    private const string ForClients = "1.3.6.1.5.5.7.3.2", ForServers = "1.3.6.1.5.5.7.3.1";
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly EngineSettings _settings;
    private readonly ServerCertificate _certificate;
    private volatile Connection? _last;
    private Loop? _loop;

    public ClientCertificateAskedTests()
    {
        var log = new Log(LogLevel.Info, (level, _, text) =>
        {
            lock (_lines)
                _lines.Add($"{level} {text}");
        });
        _settings = new EngineSettings(log);
        _certificate = new ServerCertificate(_settings, log);
        TestAuthority.Trusted.WritePem(_folder.In("own"), "localhost");
        TestAuthority.Trusted.WriteRoot(_folder.In("ca"));
        Set("tls_cert_file", _folder.In("own"));
        Set("tls_client_ca", _folder.In("ca"));
    }

    private Loop Server => _loop ??= new Loop(
        connection => ListenerTests.Greeter(_last = connection), tls: _certificate, tlsFirst: true);

    public void Dispose()
    {
        _loop?.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ask", SslProtocols.Tls12)]
    [InlineData("ask", SslProtocols.Tls13)]
    [InlineData("require", SslProtocols.Tls12)]
    [InlineData("require", SslProtocols.Tls13)]
    public void The_session_knows_whose_certificate_is_good(string asks, SslProtocols protocol)
    {
        Set("tls_client_cert", asks);
        using X509Certificate2 shown = TestAuthority.Trusted.IssueToClient(
            "CN=Ann, O=Example", ["ann@example.org", "ann@example.net"], ForClients);
        Assert.Equal("hello\n", Greeting(shown, protocol));
        VerifiedCertificate known = _last!.VerifiedCertificate!;
        Assert.Equal("CN=Ann, O=Example", known.Subject);
        Assert.Equal(["ann@example.org", "ann@example.net"], known.MailNames);
        Assert.Equal(["client.example"], known.HostNames);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(shown.RawData)), known.Fingerprint);
    }

    [Fact]
    public void Nobody_is_asked_where_the_settings_do_not_say_so()
    {
        using X509Certificate2 shown = TestAuthority.Trusted.IssueToClient("CN=Ann", ["ann@example.org"]);
        Assert.Equal("hello\n", Greeting(shown, SslProtocols.Tls13));
        Assert.Null(_last!.VerifiedCertificate);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("stranger")]
    [InlineData("self-signed")]
    [InlineData("expired")]
    [InlineData("for servers")]
    public void What_proves_nothing_is_no_certificate_where_one_is_asked_for_and_the_end_where_one_is_required(
        string kind)
    {
        Set("tls_client_cert", "ask");
        using X509Certificate2? shown = Bad(kind);
        Assert.Equal("hello\n", Greeting(shown, SslProtocols.Tls12));
        Assert.Null(_last!.VerifiedCertificate);
        Set("tls_client_cert", "require");
        foreach (SslProtocols protocol in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
            Assert.ThrowsAny<Exception>(() => Greeting(shown, protocol) is "hello\n" ? 0 : throw new IOException());
        string expected = kind == "none" ? "the client shows no certificate" : "the client's certificate is not good";
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                lock (Server.Lines)
                    return Server.Lines.FindAll(line => line.Contains(expected, StringComparison.Ordinal)).Count == 2;
            }, Loop.Long));
    }

    [Fact]
    public void A_session_is_not_resumed_so_that_each_connection_proves_who_it_is()
    {
        Set("tls_client_cert", "ask");
        using X509Certificate2 shown = TestAuthority.Trusted.IssueToClient("CN=Ann", ["ann@example.org"]);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("hello\n", Greeting(shown, SslProtocols.Tls12));
            Assert.Equal("CN=Ann", _last!.VerifiedCertificate!.Subject);
            Assert.Equal("hello\n", Greeting(null, SslProtocols.Tls12));
            Assert.Null(_last!.VerifiedCertificate);
        }
    }

    [Fact]
    public void Authorities_are_read_again_when_their_file_changes()
    {
        Set("tls_client_cert", "ask");
        using X509Certificate2 shown = TestAuthority.Trusted.IssueToClient("CN=Ann", []);
        Greeting(shown, SslProtocols.Tls13);
        Assert.NotNull(_last!.VerifiedCertificate);
        TestAuthority.Stranger.WriteRoot(_folder.In("ca"));
        Greeting(shown, SslProtocols.Tls13);
        Assert.Null(_last.VerifiedCertificate);
        File.WriteAllText(_folder.In("ca"), "none");
        Greeting(shown, SslProtocols.Tls13);
        Greeting(shown, SslProtocols.Tls13);
        Assert.Single(_lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("missing")]
    [InlineData("own.key")]
    public void To_ask_without_authorities_is_an_error_at_the_start(string file)
    {
        File.WriteAllText(_folder.In("own.key"), "no certificate");
        Set("tls_client_ca", file.Length == 0 ? "" : _folder.In(file));
        Set("tls_client_cert", "ask");
        Assert.NotEqual(Fault.None, _certificate.TryLoad(out string? text));
        Assert.Contains(file.Length == 0 ? "tls_client_ca" : file, text, StringComparison.Ordinal);
    }

    private static X509Certificate2? Bad(string kind) => kind switch
    {
        "none" => null,
        "stranger" => TestAuthority.Stranger.IssueToClient("CN=Ann", ["ann@example.org"]),
        "self-signed" => TestAuthority.SelfSigned("ann.example"),
        "expired" => TestAuthority.Trusted.IssueExpired("ann.example"),
        _ => TestAuthority.Trusted.IssueToClient("CN=Ann", ["ann@example.org"], ForServers),
    };

    private void Set(string key, string value) => Assert.Equal(Fault.None, _settings.Set(key, value, out _));

    private string Greeting(X509Certificate2? shown, SslProtocols protocol)
    {
        using var stream = new SslStream(new NetworkStream(Server.Connect(), ownsSocket: true));
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocol,
            ClientCertificateContext = shown is null ? null : SslStreamCertificateContext.Create(shown, null, true),
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        });
        return Loop.ReadExactly(stream, 6);
    }
}
