using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>Which certificate a server shows to a client that asks for one of its names (tls_host).</summary>
public sealed class HostCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly EngineSettings _settings;
    private readonly ServerCertificate _certificate;
    private volatile Connection? _last;
    private Loop? _loop;

    public HostCertificateTests()
    {
        var log = new Log(LogLevel.Info, (level, _, text) =>
        {
            lock (_lines)
                _lines.Add($"{level} {text}");
        });
        _settings = new EngineSettings(log);
        _certificate = new ServerCertificate(_settings, log);
        TestAuthority.Trusted.WritePem(_folder.In("default"), "default.example");
        Set("tls_cert_file", _folder.In("default"));
    }

    private Loop Server => _loop ??= new Loop(
        connection => ListenerTests.Greeter(_last = connection), tls: _certificate, tlsFirst: true);

    public void Dispose()
    {
        _loop?.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("one.example", "one.example")]
    [InlineData("ONE.example", "one.example")]
    [InlineData("second.example", "one.example")]
    [InlineData("a.wild.example", "wild.example")]
    [InlineData("known.wild.example", "known.example")]
    [InlineData("a.b.wild.example", "default.example")]
    [InlineData("wild.example", "default.example")]
    [InlineData("other.example", "default.example")]
    [InlineData("192.0.2.1", "default.example")]
    public void The_name_that_is_asked_for_chooses_the_certificate(string asked, string shown)
    {
        AddHost("one.example,Second.example", "one.example");
        AddHost("*.wild.example", "wild.example");
        AddHost("known.wild.example", "known.example");
        Assert.Equal(Fault.None, _certificate.TryLoad(out _));
        Assert.Equal(shown, NameShown(asked));
        Assert.Empty(_lines);
    }

    /// <summary>RFC 8446 §5.1: in records of so many octets, which come all at once or one by one.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(40, false)]
    [InlineData(40, true)]
    [InlineData(100_000, true)]
    public void A_hello_that_comes_in_pieces_chooses_the_certificate_as_well(int piece, bool oneByOne)
    {
        AddHost("one.example", "one.example");
        Socket socket = Server.Connect();
        socket.NoDelay = true;
        using var pieces = new HelloInPieces(new NetworkStream(socket, ownsSocket: true), piece, oneByOne);
        using var stream = new SslStream(pieces, false, static (_, _, _, _) => true);
        stream.AuthenticateAsClient("one.example");
        Loop.ReadExactly(stream, 6);
        Assert.Equal("one.example", _last!.ServerName);
        Assert.Equal("one.example", NameOf(stream));
    }

    [Fact]
    public void The_session_knows_the_name_and_what_a_login_can_be_bound_to()
    {
        AddHost("one.example", "one.example");
        using SslStream stream = Connect("One.Example");
        Loop.ReadExactly(stream, 6);
        Assert.Equal("one.example", _last!.ServerName);
        var shown = (X509Certificate2)stream.RemoteCertificate!;
        Assert.NotNull(_last.EndPointBinding);
        Assert.Equal(EndPointBinding.Of(shown), _last.EndPointBinding);
        using SslStream other = Connect("192.0.2.1");
        Loop.ReadExactly(other, 6);
        Assert.Null(_last.ServerName);
        Assert.Equal(EndPointBinding.Of((X509Certificate2)other.RemoteCertificate!), _last.EndPointBinding);
    }

    [Fact]
    public void Each_pair_is_read_again_when_it_changes()
    {
        AddHost("one.example", "one.example");
        AddHost("two.example", "two.example");
        Assert.Equal(("one.example", "two.example"), (NameShown("one.example"), NameShown("two.example")));
        TestAuthority.Trusted.WritePem(_folder.In("one.example"), "renewed.example");
        Assert.Equal(("renewed.example", "two.example"), (NameShown("one.example"), NameShown("two.example")));
        Assert.Equal([$"Info {_folder.In("one.example")}: read again"], _lines);
    }

    [Fact]
    public void A_pair_that_is_broken_is_warned_of_once_and_the_one_before_stays()
    {
        AddHost("one.example", "one.example");
        Assert.Equal("one.example", NameShown("one.example"));
        File.WriteAllText(_folder.In("one.example"), "half of a");
        Assert.Equal("one.example", NameShown("one.example"));
        Assert.Equal("one.example", NameShown("one.example"));
        Assert.Contains("the certificate read before stays in use", Assert.Single(_lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pair_that_never_could_be_used_is_an_error_at_the_start_and_later_the_default_stands_for_it()
    {
        Assert.Equal("default.example", NameShown("one.example"));
        Set("tls_host", $"one.example;{_folder.In("missing")}");
        Assert.Equal(Fault.NotFound, _certificate.TryLoad(out string? text));
        Assert.Contains("missing", text, StringComparison.Ordinal);
        Assert.Equal("default.example", NameShown("one.example"));
        Assert.Equal("default.example", NameShown("one.example"));
        Assert.Equal([$"Warning {_folder.In("missing")}: there is no such file"], _lines);
        TestAuthority.Trusted.WritePem(_folder.In("missing"), "one.example");
        Assert.Equal("one.example", NameShown("one.example"));
    }

    [Fact]
    public void What_the_settings_name_later_counts_without_a_restart()
    {
        AddHost("one.example", "one.example");
        Assert.Equal("one.example", NameShown("one.example"));
        AddHost("one.example,three.example", "three.example");
        Assert.Equal("three.example", NameShown("one.example"));
        Assert.Equal("three.example", NameShown("three.example"));
        Set("tls_ciphers", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        using SslStream stream = Connect("three.example");
        Assert.Equal(SslProtocols.Tls12, stream.SslProtocol);
    }

    [Theory]
    [InlineData("one.example")]
    [InlineData("one.example;")]
    [InlineData(";file")]
    [InlineData(",;file")]
    [InlineData("one.example;file;")]
    [InlineData("one.example;file;key;more")]
    [InlineData("*;file")]
    [InlineData("*.;file")]
    [InlineData("a.*.example;file")]
    [InlineData("one..example;file")]
    [InlineData("one example;file")]
    [InlineData("192.0.2.1;file")]
    public void What_is_no_host_is_refused(string text)
        => Assert.Equal(Fault.Config, _settings.Set("tls_host", text, out _));

    [Fact]
    public void Every_prefix_of_a_host_is_read_without_a_fault()
    {
        const string Whole = "one.example, *.b\u00fccher.example ; cert.pem ; key.pem";
        for (int length = 0; length <= Whole.Length; length++)
            _ = TlsHost.TryParse(Whole[..length], Path.GetTempPath(), out _, out _);
        Assert.True(TlsHost.TryParse(Whole, Path.GetTempPath(), out TlsHost host, out _));
        Assert.Equal(["one.example", "*.xn--bcher-kva.example"], host.Names);
        Assert.Equal(Path.Combine(Path.GetTempPath(), "key.pem"), host.Files.Key);
    }

    private void Set(string key, string value) => Assert.Equal(Fault.None, _settings.Set(key, value, out _));

    private void AddHost(string names, string certified)
    {
        TestAuthority.Trusted.WritePem(_folder.In(certified), certified);
        Set("tls_host", $"{names};{_folder.In(certified)}");
    }

    private string NameShown(string asked)
    {
        using SslStream stream = Connect(asked);
        return NameOf(stream);
    }

    private static string NameOf(SslStream stream)
        => ((X509Certificate2)stream.RemoteCertificate!).GetNameInfo(X509NameType.DnsName, forIssuer: false);

    private SslStream Connect(string asked)
    {
        SslStream stream = Loop.AsTls(Server.Connect());
        stream.AuthenticateAsClient(asked);
        return stream;
    }
}
