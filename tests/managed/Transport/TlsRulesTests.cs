using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class TlsRulesTests
{
    [Theory]
    [InlineData("TLS_AES_128_GCM_SHA256", 1)]
    [InlineData(" tls_aes_128_gcm_sha256 , TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,", 2)]
    [InlineData("", 0)]
    [InlineData(" , ", 0)]
    [InlineData("4865", 0)]
    [InlineData("ECDHE-RSA-AES128-GCM-SHA256", 0)]
    [InlineData("TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", 0)]
    [InlineData("TLS_AES_128_GCM_SHA256,HIGH", 0)]
    [InlineData("TLS_MADE_UP", 0)]
    public void Ciphers_are_named_as_iana_does(string text, int count)
    {
        Assert.Equal(count > 0, TlsRules.TryParseCiphers(text, out TlsCipherSuite[] ciphers));
        if (count > 0)
            Assert.Equal(count, ciphers.Length);
    }

    [Theory]
    [InlineData("TLS_RSA_WITH_AES_128_CBC_SHA,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")]
    [InlineData("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")]
    [InlineData("TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA")]
    public void A_server_chooses_the_best_of_what_a_client_has(string client, string chosen)
    {
        using var loop = new Loop(ListenerTests.Greeter, tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        using SslStream stream = Loop.AsTls(loop.Connect());
        TlsRules.TryParseCiphers(client, out TlsCipherSuite[] ciphers);
        stream.AuthenticateAsClient(ClientOptions(SslProtocols.Tls12, ciphers));
        Assert.Equal(chosen, stream.NegotiatedCipherSuite.ToString());
    }

    [Fact]
    public void Ciphers_and_versions_that_were_chosen_are_the_only_ones()
    {
        TlsCipherSuite chosen = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384;
        var settings = new TlsServerSettings(Loop.Certificate, null, new TlsRules(SslProtocols.Tls12, [chosen]));
        using var loop = new Loop(ListenerTests.Greeter, tls: settings, tlsFirst: true);
        using SslStream stream = Loop.AsTls(loop.Connect());
        stream.AuthenticateAsClient("localhost");
        Assert.Equal((SslProtocols.Tls12, chosen), (stream.SslProtocol, stream.NegotiatedCipherSuite));
    }

    [Theory]
    [InlineData(true, "TLS_AES_128_GCM_SHA256", SslProtocols.Tls13)]
    [InlineData(false, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", SslProtocols.Tls13)]
    [InlineData(true, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", SslProtocols.Tls12)]
    [InlineData(false, "TLS_RSA_EXPORT_WITH_RC4_40_MD5,TLS_KRB5_WITH_DES_CBC_SHA", SslProtocols.Tls12)]
    public void Rules_that_leave_nothing_are_known_as_such(bool allow, string cipher, SslProtocols oldest)
    {
        TlsRules.TryParseCiphers(cipher, out TlsCipherSuite[] ciphers);
        Assert.Equal(allow, new TlsRules(oldest, ciphers).AllowSomething);
    }

    [Theory]
    [InlineData(true, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "1.2.840.10045.2.1")]
    [InlineData(false, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "1.2.840.113549.1.1.1")]
    [InlineData(true, "TLS_RSA_WITH_AES_128_GCM_SHA256", "1.2.840.113549.1.1.1")]
    [InlineData(false, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "1.2.840.10045.2.1")]
    [InlineData(true, "TLS_AES_128_GCM_SHA256", "1.2.840.10045.2.1")]
    [InlineData(true, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "1.3.101.112")]
    public void A_server_needs_a_cipher_that_goes_with_its_key(bool suit, string cipher, string algorithm)
    {
        TlsRules.TryParseCiphers(cipher, out TlsCipherSuite[] ciphers);
        Assert.Equal(suit, new TlsRules(SslProtocols.Tls12, ciphers).Suit(algorithm));
    }

    [Fact]
    public void A_client_whose_rules_leave_nothing_has_no_tls()
    {
        TlsRules.TryParseCiphers("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", out TlsCipherSuite[] ciphers);
        Assert.Contains(TlsRules.NothingAllowed, WhyNot(null, new TlsRules(SslProtocols.Tls13, ciphers)).Client,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_handshake_that_fails_for_want_of_a_cipher_says_so_on_both_sides()
    {
        TlsCipherSuite one = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384;
        TlsCipherSuite other = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
        var (server, client) = WhyNot(
            new TlsRules(SslProtocols.Tls12, [one]), new TlsRules(SslProtocols.Tls12, [other]));
        Assert.Contains(": no common cipher (no shared cipher)", server, StringComparison.Ordinal);
        Assert.Contains(": the peer finds no common cipher or algorithm (", client, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handshake_that_fails_for_an_old_version_says_so_on_both_sides()
    {
        TlsCipherSuite old = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384;
        var (server, client) = WhyNot(
            new TlsRules(SslProtocols.Tls13, null), new TlsRules(SslProtocols.Tls12, [old]));
        Assert.Contains(": no common version of TLS: the peer's is too old (", server, StringComparison.Ordinal);
        Assert.Contains(": no common version of TLS, says the peer (", client, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EHLO client.example\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    public void A_client_that_does_not_speak_tls_is_told_of_as_such(string said)
    {
        ScriptedSession? session = null;
        using var accepted = new ManualResetEventSlim();
        using var loop = new Loop(
            connection => PlainConnectionTests.Keep(ref session, ListenerTests.Greeter(connection), accepted),
            tls: new TlsServerSettings(Loop.Certificate), tlsFirst: true);
        using Socket client = loop.Connect();
        client.Send(Encoding.ASCII.GetBytes(said));
        Assert.True(accepted.Wait(Loop.Long) && session!.Ended.Wait(Loop.Long));
        Assert.Contains(loop.Lines,
            line => line.Contains("no TLS: the peer does not speak TLS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_goes_on_in_clear_text_is_told_of_as_such()
    {
        using var run = new LinkRun();
        ScriptedSession? session = null;
        run.Begin(run.Link("memory", 64 * 1024, out LinkStream peer),
            connection => session = new ScriptedSession(connection, PlainConnectionTests.Echo),
            new TlsClientSettings("localhost", Verify: false));
        await peer.WriteAsync("220 go on\r\n"u8.ToArray());
        Assert.True(session!.Ended.Wait(Loop.Long));
        Assert.Contains("does not speak TLS", session.Connection.FaultText, StringComparison.Ordinal);
    }

    private static (string Server, string Client) WhyNot(TlsRules? server, TlsRules client)
    {
        var settings = new TlsServerSettings(Loop.Certificate, null, server);
        ScriptedSession? session = null;
        using var accepted = new ManualResetEventSlim();
        using var loop = new Loop(
            connection => PlainConnectionTests.Keep(ref session, ListenerTests.Greeter(connection), accepted),
            tls: settings, tlsFirst: true);
        using var run = new ClientRun(
            loop.EndPoint.Port, null, new TlsClientSettings("localhost", Verify: false) { Rules = client },
            tlsFirst: true);
        run.End();
        Assert.Equal(Fault.Tls, run.Fault);
        Assert.True(accepted.Wait(Loop.Long) && session!.Ended.Wait(Loop.Long));
        return (loop.Lines.Single(line => line.Contains("no TLS", StringComparison.Ordinal)),
            run.Log.Single(line => line.Contains("no TLS", StringComparison.Ordinal)));
    }

    private static SslClientAuthenticationOptions ClientOptions(SslProtocols protocols, TlsCipherSuite[] ciphers)
        => new()
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            CipherSuitesPolicy = OperatingSystem.IsWindows() ? null : new(ciphers),
        };
}
