using System.Net.Security;
using System.Security.Authentication;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class ClientHelloTests
{
    private const TlsCipherSuite One = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
    private const TlsCipherSuite Other = TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA;

    [Theory]
    [InlineData(SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls13, true)]
    [InlineData(SslProtocols.Tls12 | SslProtocols.Tls13, true)]
    public void A_hello_that_offers_tls_1_3_is_known(SslProtocols protocols, bool isOffered)
        => Assert.Equal(isOffered, ClientHello.Read(HelloOf(protocols, null)).OffersTls13);

    [Fact]
    public void The_ciphers_of_a_hello_are_known()
    {
        ClientHello hello = ClientHello.Read(HelloOf(SslProtocols.Tls12, [One]));
        Assert.True(hello.Offers(One));
        Assert.False(hello.Offers(Other));
    }

    [Theory]
    [InlineData("localhost", "localhost")]
    [InlineData("Mail.Example.ORG", "mail.example.org")]
    [InlineData("192.0.2.1", null)]
    public void The_name_that_a_hello_asks_for_is_known(string asked, string? name)
        => Assert.Equal(name, ClientHello.Read(HelloOf(SslProtocols.Tls12, null, asked)).ServerName);

    [Theory]
    [InlineData("a_b-c.exampl", true)]
    [InlineData("mail.exampl.", false)]
    [InlineData(".ail.example", false)]
    [InlineData("mail example", false)]
    [InlineData("mail.exampl\u00e9", false)]
    [InlineData("mail\0example", false)]
    [InlineData("mail\nexample", false)]
    public void What_is_no_name_is_none(string put, bool isName)
    {
        byte[] hello = HelloOf(SslProtocols.Tls12, null, "mail.example");
        int at = hello.AsSpan().IndexOf("mail.example"u8);
        System.Text.Encoding.Latin1.GetBytes(put).CopyTo(hello.AsSpan(at));
        Assert.Equal(isName ? put : null, ClientHello.Read(hello).ServerName);
    }

    [Fact]
    public void What_is_no_whole_hello_offers_nothing()
    {
        byte[] octets = HelloOf(SslProtocols.Tls12 | SslProtocols.Tls13, [One, TlsCipherSuite.TLS_AES_128_GCM_SHA256]);
        for (int length = 0; length < octets.Length; length++)
        {
            ClientHello hello = ClientHello.Read(octets.AsSpan(0, length));
            Assert.False(hello.OffersTls13 || hello.Offers(One) || hello.ServerName is not null);
        }
        Assert.False(ClientHello.Read(new byte[200]).Offers((TlsCipherSuite)0));
    }

    [Fact]
    public void Nothing_in_a_hello_makes_it_unreadable()
    {
        byte[] octets = HelloOf(SslProtocols.Tls12 | SslProtocols.Tls13, null);
        for (int i = 0; i < octets.Length; i++)
        {
            byte[] changed = [.. octets];
            for (int value = 0; value < 256; value += 51)
            {
                changed[i] = (byte)value;
                _ = ClientHello.Read(changed).Offers(One);
                _ = ClientHello.Read(changed).ServerName;
            }
        }
    }

    private static byte[] HelloOf(SslProtocols protocols, TlsCipherSuite[]? ciphers, string host = "localhost")
    {
        using var records = new TlsRecordStream(default);
        using var tls = new SslStream(records);
        Task handshake = tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = protocols,
            CipherSuitesPolicy = ciphers is null || OperatingSystem.IsWindows() ? null : new(ciphers),
        });
        byte[] hello = records.Records.ToArray();
        records.End();
        _ = handshake.Exception; // its end is nobody's concern
        return hello;
    }
}
