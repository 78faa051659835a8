using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Tests.Transport.Blocking;

public class BlockingTlsTests
{
    private const int CertificateRequired = 116; // RFC 8446 §6.2
    private const int HandshakeFailure = 40;
    private static readonly TlsClientSettings s_strict =
        new("mx.example", Verify: true, TestAuthority.Trusted.Roots);

    [Fact]
    public void Tls_carries_octets_both_ways_and_what_was_said_before_counts_for_nothing()
    {
        using var run = new BlockingRun();
        run.Peer.Send("220 go\r\n250 injected\r\n"u8);
        Assert.Equal("220 go\r\n", run.Receive(8));
        (Fault fault, SslStream server, Thread serving) = run.BeginTls(Good(), s_strict);
        Assert.True(serving.Join(Loop.Long));
        Assert.Equal(Fault.None, fault);
        Assert.Equal("", run.Unconsumed);
        Assert.StartsWith("TLSv1.", run.Connection.Tls!.Description, StringComparison.Ordinal);
        Assert.True(run.Connection.Tls.IsPeerVerified);
        Assert.True(run.Connection.IsSecure);
        Assert.Equal(Fault.None, run.Send("EHLO client\r\n"));
        Assert.Equal("EHLO client\r\n", Loop.ReadExactly(server, 13));
        string text = new('x', 200_000);
        Thread sending = Loop.InBackground(() => server.Write(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(text, run.Receive(text.Length));
        Assert.True(sending.Join(Loop.Long));
    }

    [Fact]
    public void Much_goes_to_a_peer_that_reads_slowly()
    {
        using var run = new BlockingRun();
        (_, SslStream server, Thread serving) = run.BeginTls(Good(), s_strict);
        Assert.True(serving.Join(Loop.Long));
        byte[] much = new byte[8 * 1024 * 1024], there = new byte[8 * 1024 * 1024];
        new Random(1).NextBytes(much);
        Thread reading = Loop.InBackground(() => BlockingRun.Quietly(() => server.ReadExactly(there)));
        Assert.Equal(Fault.None, run.Connection.Send(much));
        Assert.True(reading.Join(Loop.Long));
        Assert.True(much.AsSpan().SequenceEqual(there));
    }

    [Fact]
    public async Task The_end_of_a_session_is_told_as_the_end()
    {
        using var run = new BlockingRun();
        (_, SslStream server, Thread serving) = run.BeginTls(Good(), s_strict);
        Assert.True(serving.Join(Loop.Long));
        server.Write("221 bye\r\n"u8);
        await server.ShutdownAsync();
        Assert.Equal("221 bye\r\n", run.Receive(9));
        Assert.Equal(Fault.Closed, run.Connection.Receive());
    }

    [Fact]
    public void Closing_tells_the_peer_that_no_more_comes()
    {
        using var run = new BlockingRun();
        (_, SslStream server, Thread serving) = run.BeginTls(Good(), s_strict);
        Assert.True(serving.Join(Loop.Long));
        run.Connection.Close();
        Assert.Equal(0, server.Read(new byte[1]));
        Assert.Null(run.Connection.Tls);
        Assert.False(run.Connection.IsSecure);
    }

    [Fact]
    public void A_time_out_under_tls_leaves_it_whole()
    {
        using var run = new BlockingRun();
        (_, SslStream server, Thread serving) = run.BeginTls(Good(), s_strict);
        Assert.True(serving.Join(Loop.Long));
        Assert.Equal(Fault.Timeout, run.Connection.Receive(TimeSpan.FromMilliseconds(30)));
        server.Write("late"u8);
        Assert.Equal("late", run.Receive(4));
    }

    public static TheoryData<string, int, Fault> BadCertificates() => new()
    {
        { "name", (int)CertificateProblems.Name, Fault.CertificateName },
        { "expired", (int)CertificateProblems.Time, Fault.Tls },
        { "early", (int)CertificateProblems.Time, Fault.Tls },
        { "self-signed", (int)CertificateProblems.SelfSigned, Fault.Tls },
        { "stranger", (int)CertificateProblems.Untrusted, Fault.Tls },
        { "name+expired", (int)(CertificateProblems.Name | CertificateProblems.Time), Fault.Tls },
        { "name+stranger", (int)(CertificateProblems.Name | CertificateProblems.Untrusted), Fault.Tls },
    };

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public void A_bad_certificate_ends_the_handshake_and_says_what_is_wrong(
        string kind, int problems, Fault expected)
    {
        using var run = new BlockingRun();
        (Fault fault, _, Thread serving) = run.BeginTls(Bad(kind), s_strict);
        ConnectionError error = run.Connection.Error!;
        Assert.Equal((expected, expected, ErrorLayer.Tls), (fault, error.Fault, error.Layer));
        Assert.Equal(problems, (int)error.Certificate);
        Assert.Equal(run.EndPoint, error.Peer);
        Assert.NotEqual("", error.Text);
        Assert.Null(run.Connection.Tls);
        Assert.Null(run.Connection.EndPointBinding);
        Assert.NotEqual(Fault.None, run.Send("AUTH PLAIN secret\r\n"));
        run.Connection.Close();
        Assert.True(serving.Join(Loop.Long));
    }

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public void The_host_may_accept_any_certificate(string kind, int problems, Fault refusal)
    {
        Assert.NotEqual(Fault.None, refusal);
        using var run = new BlockingRun();
        ShownCertificate? seen = null;
        bool? wouldAccept = null;
        byte[][] chain = [];
        X509Certificate2 bad = Bad(kind);
        (Fault fault, _, Thread serving) = run.BeginTls(bad, s_strict with
        {
            Decide = (shown, isAccepted) =>
            {
                (seen, wouldAccept, chain) = (shown, isAccepted, [.. shown.Chain]);
                return true;
            },
        });
        Assert.True(serving.Join(Loop.Long));
        Assert.Equal((Fault.None, false), (fault, wouldAccept));
        Assert.Equal(("mx.example", problems), (seen!.Host, (int)seen.Problems));
        Assert.NotEqual("", seen.Words);
        Assert.Equal(bad.RawData, chain[0]);
        Assert.True(run.Connection.IsSecure);
        Assert.False(run.Connection.Tls!.IsPeerVerified);
    }

    [Fact]
    public void The_host_may_refuse_a_good_certificate_and_sees_its_chain()
    {
        using var run = new BlockingRun();
        string names = "";
        int length = 0;
        (Fault fault, _, Thread serving) = run.BeginTls(TestAuthority.Trusted.Issue("mx.example", "127.0.0.1"),
            s_strict with
            {
                Decide = (shown, isAccepted) =>
                {
                    Assert.True(isAccepted);
                    (names, length) = (shown.Names, shown.Chain.Count);
                    return false;
                },
            });
        Assert.Equal(Fault.Tls, fault);
        Assert.Equal(("mx.example, 127.0.0.1", 2), (names, length));
        Assert.Equal(CertificateProblems.None, run.Connection.Error!.Certificate);
        run.Connection.Close();
        Assert.True(serving.Join(Loop.Long));
    }

    [Fact]
    public void Without_a_check_any_certificate_will_do()
    {
        using var run = new BlockingRun();
        (Fault fault, _, Thread serving) = run.BeginTls(Bad("name+stranger"), s_strict with { Verify = false });
        Assert.True(serving.Join(Loop.Long));
        Assert.Equal(Fault.None, fault);
    }

    [Fact]
    public void An_alert_that_the_peer_sends_is_told_by_its_number()
    {
        using var run = new BlockingRun();
        var handshakeFailure = new byte[] { 21, 3, 3, 0, 2, 2, HandshakeFailure };
        Thread answering = Loop.InBackground(() =>
        {
            run.Peer.Receive(new byte[4096]);
            run.Peer.Send(handshakeFailure);
        });
        Assert.Equal(Fault.Tls, run.Connection.BeginTls(s_strict));
        Assert.Equal((ErrorLayer.Tls, HandshakeFailure), (run.Connection.Error!.Layer, run.Connection.Error.TlsAlert));
        Assert.True(answering.Join(Loop.Long));
    }

    [Fact]
    public void An_alert_after_the_handshake_is_told_as_well()
    {
        using var server = new OpenSslServer(TestAuthority.Trusted, "mx.example", "-Verify", "1");
        using var connection = new BlockingConnection(BlockingRun.Patient);
        Assert.Equal(Fault.None, connection.Connect([server.EndPoint]));
        Assert.Equal(Fault.None, connection.BeginTls(s_strict));
        Assert.Equal(Fault.Tls, connection.Receive());
        Assert.Equal((ErrorLayer.Tls, CertificateRequired), (connection.Error!.Layer, connection.Error.TlsAlert));
    }

    [Theory]
    [InlineData("220 mx.example ESMTP\r\n", "the peer does not speak TLS")]
    [InlineData("", "the peer closed the connection")]
    public void A_peer_that_does_not_speak_tls_is_told_as_one(string says, string expected)
    {
        using var run = new BlockingRun();
        run.Peer.Send(Encoding.ASCII.GetBytes(says));
        run.Peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(Fault.Tls, run.Connection.BeginTls(s_strict));
        Assert.StartsWith(expected, run.Connection.Error!.Text, StringComparison.Ordinal);
        Assert.Equal(-1, run.Connection.Error.TlsAlert);
    }

    [Fact]
    public void A_peer_that_stalls_in_the_handshake_is_waited_for_no_longer_than_it_may()
    {
        using var run = new BlockingRun();
        run.Connection.Timeouts = BlockingRun.Hasty;
        Assert.Equal(Fault.Timeout, run.Connection.BeginTls(s_strict));
        Assert.Equal(ErrorLayer.Tls, run.Connection.Error!.Layer);
    }

    [Fact]
    public void Garbage_of_every_kind_in_place_of_a_handshake_ends_it()
    {
        var random = new Random(7);
        for (int i = 0; i < 30; i++)
        {
            using var run = new BlockingRun();
            byte[] garbage = new byte[random.Next(1, 400)];
            random.NextBytes(garbage);
            if (i % 2 == 0 && garbage.Length > 5)
                (garbage[0], garbage[1], garbage[2], garbage[3]) = ((byte)random.Next(20, 25), 3, 3, 0);
            run.Peer.Send(garbage);
            run.Peer.Shutdown(SocketShutdown.Send);
            Assert.Equal(Fault.Tls, run.Connection.BeginTls(s_strict));
        }
    }

    [Fact]
    public void Tls_is_begun_once_and_not_without_a_connection()
    {
        using var run = new BlockingRun(isConnected: false);
        Assert.Equal(Fault.State, run.Connection.BeginTls(s_strict));
        run.Connect();
        (_, _, Thread serving) = run.BeginTls(Good(), s_strict);
        Assert.True(serving.Join(Loop.Long));
        Assert.Equal(Fault.State, run.Connection.BeginTls(s_strict));
        Assert.Equal(ErrorLayer.Use, run.Connection.Error!.Layer);
    }

    [Fact]
    public void The_binding_is_the_digest_of_the_certificate_that_was_shown()
    {
        using var run = new BlockingRun();
        X509Certificate2 shown = Good();
        (_, _, Thread serving) = run.BeginTls(shown, s_strict);
        Assert.True(serving.Join(Loop.Long));
        Assert.Equal(SHA256.HashData(shown.RawData), run.Connection.EndPointBinding);
    }

    private static X509Certificate2 Good() => TestAuthority.Trusted.Issue("mx.example");

    private static X509Certificate2 Bad(string kind) => kind switch
    {
        "name" => TestAuthority.Trusted.Issue("other.example"),
        "expired" => TestAuthority.Trusted.IssueExpired("mx.example"),
        "early" => TestAuthority.Trusted.IssueEarly("mx.example"),
        "self-signed" => TestAuthority.SelfSigned("mx.example"),
        "stranger" => TestAuthority.Stranger.Issue("mx.example"),
        "name+expired" => TestAuthority.Trusted.IssueExpired("other.example"),
        _ => TestAuthority.Stranger.Issue("other.example"),
    };
}
