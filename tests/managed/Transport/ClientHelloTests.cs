using System.Net.Security;
using System.Security.Authentication;
using MailModule.Tests.Support;
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

    /// <summary>RFC 8446 §5.1.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(50)]
    [InlineData(100_000)]
    public void A_hello_in_several_records_is_read_when_it_is_whole(int piece)
    {
        byte[] hello = HelloOf(
            SslProtocols.Tls12 | SslProtocols.Tls13, [One, TlsCipherSuite.TLS_AES_128_GCM_SHA256], "mail.example");
        byte[] split = HelloInPieces.Split(hello, piece);
        for (int length = 0; length < split.Length; length++)
        {
            Assert.False(ClientHello.IsWhole(split.AsSpan(0, length)));
            Assert.Null(ClientHello.Read(split.AsSpan(0, length)).ServerName);
        }
        // What follows is no part of it.
        foreach (byte[] more in (byte[][])[[], [22, 3, 3, 0, 1, 16], [20, 3], [0]])
        {
            byte[] octets = [.. split, .. more];
            Assert.True(ClientHello.IsWhole(octets));
            ClientHello read = ClientHello.Read(octets);
            Assert.Equal(("mail.example", true, true), (read.ServerName, read.OffersTls13, read.Offers(One)));
        }
    }

    [Fact]
    public void What_will_never_be_a_hello_is_not_waited_for()
    {
        byte[] front = HelloInPieces.Split(HelloOf(SslProtocols.Tls12, null), 50)[..55];
        Assert.False(ClientHello.IsWhole(front));
        Assert.True(ClientHello.IsWhole([.. front, 21])); // an alert
        Assert.True(ClientHello.IsWhole([.. front, 22, 3, 1, 0, 0])); // an empty record
        Assert.True(ClientHello.IsWhole([22, 3, 1, 0, 4, 2, 0, 0, 0])); // another message
        Assert.True(ClientHello.IsWhole([22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff])); // too long
        Assert.True(ClientHello.IsWhole("GET / HTTP/1.0"u8));
        byte[] endless = [.. Enumerable.Repeat<byte[]>([22, 3, 1, 0, 1, 1], 8000).SelectMany(one => one)];
        Assert.True(ClientHello.IsWhole(endless));
        Assert.Null(ClientHello.Read(endless).ServerName);
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
