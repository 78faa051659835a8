using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using MailModule.Transport;
using MailModule.Transport.Proxies;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>What a host hears of us, by who it is and how we come to it.</summary>
public class HostConnectorTests
{
    private static readonly object[] s_socks4a = [9, new byte[] { 0, 90, 0, 0, 0, 0, 0, 0 }, ScriptedProxy.Relay];

    [Theory]
    [InlineData("laptop", "[127.0.0.1]")]
    [InlineData("localhost", "[127.0.0.1]")]
    [InlineData("192.0.2.7", "[192.0.2.7]")]
    [InlineData("2001:db8::7", "[IPv6:2001:db8::7]")]
    [InlineData("b\u00fccher.example", "xn--bcher-kva.example")]
    [InlineData("client.example", "client.example")]
    public void The_name_in_ehlo_and_helo_is_one_that_other_hosts_take(string name, string said)
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, "502 what", Line, "250 server", .. Plain("250 ok")[3..]]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with { HelloName = name };
        Assert.Equal(Fault.None, hosts.Run(owner, options, LoopbackHosts.Host("mx", server)).Fault);
        Assert.Equal([$"EHLO {said}", $"HELO {said}"], server.Lines[..2]);
    }

    [Fact]
    public void In_place_of_one_label_it_is_the_address_of_this_connection_that_is_said()
    {
        using var server = new ScriptedSmtpServer(Other, null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with { HelloName = "laptop" };
        hosts.Run(owner, options, LoopbackHosts.Host("mx", server, $"{Other}"));
        Assert.Equal($"EHLO {MailModule.Smtp.OwnName.LiteralOf(Other)}", server.Lines[0]);
    }

    [Fact]
    public void Beyond_a_proxy_our_address_is_not_said()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var proxy = new ScriptedProxy(Other, new IPEndPoint(IPAddress.Loopback, server.Port), s_socks4a);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with { HelloName = "laptop", Proxy = Through(proxy, Other) };
        Assert.Equal(Fault.None, hosts.Run(owner, options, LoopbackHosts.Host("mx", server, "192.0.2.7")).Fault);
        Assert.Equal("EHLO [127.0.0.1]", server.Lines[0]);
    }

    [Fact]
    public void A_loopback_address_beyond_a_proxy_is_not_this_machine_and_gets_no_password_in_clear_text()
    {
        using var server = new ScriptedSmtpServer(null, ["220 hello", Line, "250-x\r\n250 AUTH PLAIN CRAM-MD5", Line]);
        using var proxy = new ScriptedProxy(new IPEndPoint(IPAddress.Loopback, server.Port), s_socks4a);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with
        {
            Login = new Credentials("user", "secret"),
            Proxy = Through(proxy, IPAddress.Loopback),
        };
        Assert.Equal(Fault.Tls, hosts.Run(owner, options, LoopbackHosts.Host("mx", server)).Fault);
        Assert.True(SpinWait.SpinUntil(() => server.Lines is [.., "QUIT"], Loop.Long));
    }

    [Fact]
    public void A_certificate_is_asked_for_by_a_names_a_labels()
    {
        using var server = new ScriptedSmtpServer(
            TestAuthority.Trusted.Issue("xn--bcher-kva.example"), [StartTls, .. Plain("250 ok")]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with
        {
            IsTlsFirst = true,
            VerifyCertificate = true,
            Authorities = TestAuthority.Trusted.Roots,
        };
        Assert.Equal(Fault.None, hosts.Run(owner, options, LoopbackHosts.Host("b\u00fccher.example", server)).Fault);
        Assert.True(owner.Hosts.Single()!.IsVerified);
    }

    [Theory]
    [InlineData("expired", CertificateProblems.Time, Fault.None)]
    [InlineData("early", CertificateProblems.Time, Fault.None)]
    [InlineData("expired", CertificateProblems.SelfSigned, Fault.Tls)]
    [InlineData("expired name", CertificateProblems.Time, Fault.Tls)]
    [InlineData("stranger", CertificateProblems.Time | CertificateProblems.SelfSigned, Fault.Tls)]
    [InlineData("own", CertificateProblems.SelfSigned, Fault.None)]
    [InlineData("own", CertificateProblems.Time, Fault.Tls)]
    [InlineData("own name", CertificateProblems.SelfSigned, Fault.Tls)]
    public void A_certificate_that_is_not_right_is_taken_for_what_is_tolerated_and_not_told_as_checked(
        string kind, CertificateProblems tolerated, Fault expected)
    {
        using X509Certificate2 shown = Wrong(kind);
        using var server = new ScriptedSmtpServer(shown, [StartTls, .. Plain("250 ok")]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = Checked with { Tolerated = tolerated };
        Assert.Equal(expected, hosts.Run(owner, options, LoopbackHosts.Host("mx.example", server)).Fault);
        Assert.All(owner.Hosts, host => Assert.False(host!.IsVerified));
    }

    [Fact]
    public void No_password_goes_to_who_shows_a_certificate_that_is_only_tolerated()
    {
        using X509Certificate2 shown = Wrong("expired");
        using var server = new ScriptedSmtpServer(shown, [StartTls, .. Plain("250 ok")]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = Checked with
        {
            Tolerated = CertificateProblems.Time,
            Login = new Credentials("user", "secret"),
        };
        Assert.Equal(Fault.Tls, hosts.Run(owner, options, LoopbackHosts.Host("mx.example", server)).Fault);
        Assert.DoesNotContain(server.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_dialogue_is_told_without_secrets_and_content_where_the_settings_say_so(bool isTraced)
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, "250-x\r\n250 AUTH PLAIN", Line, "235 in", .. Plain("250 ok").Skip(3)]);
        using var hosts = new LoopbackHosts { IsTold = true };
        var owner = new AttemptOwner(AttemptOwner.Transaction("hidden\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with
        {
            Login = new Credentials("user", "hunter2"),
            IsTraced = isTraced,
        };
        Assert.Equal(Fault.None, hosts.Run(owner, options, LoopbackHosts.Host("mx.example", server)).Fault);
        string start = $"send mx.example (127.0.0.1:{server.Port}) ";
        string[] told = [.. hosts.Told.Where(line => line.StartsWith(start, StringComparison.Ordinal))];
        Assert.Equal(isTraced, told.Contains(start + "C: AUTH PLAIN ***"));
        Assert.Equal(isTraced, told.Contains(start + "S: 235 in"));
        Assert.Equal(isTraced, told.Any(line => line.EndsWith("octets of content sent", StringComparison.Ordinal)));
        string secret = Convert.ToBase64String("\0user\0hunter2"u8);
        Assert.DoesNotContain(
            hosts.Told, line => line.Contains("hidden", StringComparison.Ordinal)
                || line.Contains("hunter2", StringComparison.Ordinal)
                || line.Contains(secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("554 5.3.2 not now")]
    [InlineData("220 hello", Line, "550 5.7.1 not you", Line, "550 5.7.1 not you")]
    public void What_a_smarthost_says_before_a_message_is_not_final(params string[] script)
    {
        using var server = new ScriptedSmtpServer(null, script);
        using var hosts = new LoopbackHosts();
        foreach (bool isNamed in (bool[])[false, true])
        {
            var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
            RouteHost host = LoopbackHosts.Host("smart", server) with { IsNamed = isNamed };
            AttemptResult end = hosts.Run(owner, host);
            Assert.Equal(isNamed ? AttemptResultKind.Deferred : AttemptResultKind.Failed, end.Kind);
            Assert.Equal(Fault.RefusedPermanent, end.Fault);
            Assert.StartsWith("55", end.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("530 5.7.0 Authentication required", true)]
    [InlineData("530 5.7.0 Must issue a STARTTLS command first", true)]
    [InlineData("550 5.1.8 no such sender", false)]
    public void A_smarthost_that_wants_a_login_or_tls_makes_no_mail_come_back(string answer, bool isDeferred)
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, "250 server", Line, answer, Line, "221 bye"]);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        hosts.Run(new AttemptOwner(transaction), LoopbackHosts.Host("smart", server) with { IsNamed = true });
        Assert.Equal(isDeferred ? AttemptResultKind.Deferred : AttemptResultKind.Failed, transaction.Results[0]!.Kind);
    }

    private static RemoteOptions Checked => LoopbackHosts.Options with
    {
        IsTlsFirst = true,
        VerifyCertificate = true,
        Authorities = TestAuthority.Trusted.Roots,
    };

    private static X509Certificate2 Wrong(string kind) => kind switch
    {
        "expired" => TestAuthority.Trusted.IssueExpired("mx.example"),
        "early" => TestAuthority.Trusted.IssueEarly("mx.example"),
        "expired name" => TestAuthority.Trusted.IssueExpired("other.example"),
        "stranger" => TestAuthority.Stranger.Issue("mx.example"),
        _ => TestAuthority.SelfSigned(kind == "own" ? "mx.example" : "other.example"),
    };

    private static ProxyAddress Through(ScriptedProxy proxy, IPAddress address)
    {
        string text = $"socks4a://{new IPEndPoint(address, proxy.Port)}";
        Assert.True(ProxyAddress.TryParse(text, out ProxyAddress? found));
        return found!;
    }

    /// <summary>Loopback of IPv6, where this machine has it.</summary>
    private static IPAddress Other { get; } = HasIPv6() ? IPAddress.IPv6Loopback : IPAddress.Loopback;

    private static bool HasIPv6()
    {
        try
        {
            using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
