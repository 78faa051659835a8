using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Support;
using MailModule.Transport;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Loopback;

public class SmtpClientTlsTests
{
    private static readonly string[] s_offer = ["220 hi", Line, "250-x\r\n250 STARTTLS", Line];
    private static readonly string[] s_rest =
        [Line, "250 mx.example", Line, "250 ok", Line, "250 ok", Line, "354 go", Text, "250 taken", Line, "221 bye"];

    [Theory]
    [InlineData(false, "mx.example", "mx.example", "mx.example")]
    [InlineData(true, "mx.example", "mx.example", "mx.example")]
    [InlineData(true, "mx.example.", "mx.example", "mx.example")]
    [InlineData(true, "MX.example", "other.example;mx.EXAMPLE", "MX.example")]
    [InlineData(true, "mx.example", "*.example", "mx.example")]
    [InlineData(true, "127.0.0.1", "127.0.0.1", "")]
    [InlineData(true, "[::1]", "::1", "")]
    public void A_right_certificate_is_told_as_such_and_names_alone_are_asked_for(
        bool verify, string name, string names, string asked)
    {
        using var server = new ScriptedSmtpServer(
            TestAuthority.Trusted.Issue(names.Split(';')), [.. s_offer, "220 go", StartTls, .. s_rest]);
        using ClientRun run = Run(server, name, verify);
        Assert.Equal((Fault.None, AttemptResultKind.Delivered, true),
            (run.Fault, run.Results.Single().Kind, run.IsVerified));
        Assert.StartsWith("TLSv1.3 with cipher TLS_", run.Tls, StringComparison.Ordinal);
        Assert.Equal([asked], server.NamesAskedFor);
        Assert.Equal("mx.example", run.Session!.ServerName);
    }

    public static TheoryData<string, string> WrongCertificates() => new()
    {
        { "expired", "has expired" },
        { "early", "not valid yet" },
        { "name", "not for mx.example but for other.example, 192.0.2.1" },
        { "nobody", "not for mx.example but for nobody" },
        { "two labels", "not for mx.example but for *.b.example" },
        { "whole", "not for mx.example but for *" },
        { "part", "not for mx.example but for m*.example" },
        { "stranger", "issuer is not known: CN=Stranger Root" },
        { "self-signed", "self-signed" },
        { "common name", "not for mx.example but for nobody" },
        { "expired name", "not for mx.example but for other.example; the certificate has expired" },
    };

    [Theory]
    [MemberData(nameof(WrongCertificates))]
    public void What_is_wrong_with_a_certificate_is_said_where_it_has_to_be_right_and_remembered_where_not(
        string kind, string words)
    {
        using (var server = new ScriptedSmtpServer(Wrong(kind), [.. s_offer, "220 go", StartTls]))
        using (ClientRun run = Run(server, "mx.example", verify: true))
        {
            Assert.Equal((Fault.Tls, SmtpStage.Tls, true), (run.Fault, run.Stage, run.Session!.TriedTls));
            Assert.Contains(words, run.Session.FaultText, StringComparison.Ordinal);
            Assert.Contains(run.Log, line => line.Contains(words, StringComparison.Ordinal));
            Assert.Empty(run.Completed);
        }
        using (var server = new ScriptedSmtpServer(Wrong(kind), [.. s_offer, "220 go", StartTls, .. s_rest]))
        using (ClientRun run = Run(server, "mx.example", verify: false))
            Assert.Equal((Fault.None, AttemptResultKind.Delivered, false, true),
                (run.Fault, run.Results.Single().Kind, run.IsVerified, run.Tls is not null));
    }

    [Fact]
    public void Without_roots_of_its_own_a_client_trusts_the_systems()
    {
        using var server = new ScriptedSmtpServer(
            TestAuthority.Trusted.Issue("mx.example"), [.. s_offer, "220 go", StartTls]);
        using var run = new ClientRun(
            server.Port, ClientRun.Options(StartTlsUse.Required), new TlsClientSettings("mx.example", true),
            work: ClientRun.Message());
        run.End();
        Assert.Equal(Fault.Tls, run.Fault);
        Assert.Contains("is not known", run.Session!.FaultText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_that_a_server_sends_along_is_named_when_it_is_not_trusted()
    {
        using X509Certificate2 shown = TestAuthority.Stranger.Issue("mx.example");
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                RevocationMode = X509RevocationMode.NoCheck,
                TrustMode = X509ChainTrustMode.CustomRootTrust,
            },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(TestAuthority.Trusted.Roots);
        chain.ChainPolicy.ExtraStore.AddRange(TestAuthority.Stranger.Roots);
        Assert.False(chain.Build(shown));
        var peer = new CertificateCheck("mx.example", isRequired: true);
        Assert.False(peer.Validate(shown, chain, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.Equal("the certificate's root is not trusted: CN=Stranger Root", peer.Problem);
        Assert.False(peer.Validate(null, null, SslPolicyErrors.RemoteCertificateNotAvailable));
        Assert.Equal("the server shows no certificate", peer.Problem);
    }

    [Fact]
    public void Tls_may_begin_with_the_first_octet()
    {
        using var server = new ScriptedSmtpServer(
            TestAuthority.Trusted.Issue("mx.example"), [StartTls, "220 hi", .. s_rest]);
        using ClientRun run = Run(server, "mx.example", verify: true, tlsFirst: true);
        Assert.Equal((Fault.None, AttemptResultKind.Delivered, true, true),
            (run.Fault, run.Results.Single().Kind, run.IsVerified, run.Session!.IsTls));
    }

    [Theory]
    [InlineData(Garble)]
    [InlineData(Raw_close)]
    [InlineData("220 this speaks first")]
    [InlineData("expired")]
    public void Tls_that_fails_with_the_first_octet_is_a_fault_of_tls(string trouble)
    {
        using var server = new ScriptedSmtpServer(
            trouble == "expired" ? Wrong("expired") : null, [trouble == "expired" ? StartTls : trouble]);
        using ClientRun run = Run(server, "mx.example", verify: true, tlsFirst: true);
        Assert.Equal((Fault.Tls, SmtpStage.Tls), (run.Fault, run.Stage));
        Assert.NotEmpty(run.Session!.FaultText);
    }

    private const string Raw_close = "=";

    [Theory]
    [InlineData("454 4.7.0 not now")]
    [InlineData("501 no")]
    [InlineData("554 go away")]
    public void A_refused_starttls_goes_on_in_clear_where_that_is_allowed(string words)
    {
        using (var server = new ScriptedSmtpServer(null, [.. s_offer, words, .. s_rest[2..]]))
        using (ClientRun run = Run(server, "mx.example", verify: false, use: StartTlsUse.IfOffered))
            Assert.Equal((Fault.None, AttemptResultKind.Delivered, null, false),
                (run.Fault, run.Results.Single().Kind, run.Tls, run.Session!.TriedTls));
        using (var server = new ScriptedSmtpServer(null, [.. s_offer, words, Line]))
        using (ClientRun run = Run(server, "mx.example", verify: false))
            Assert.Equal((Fault.Tls, words, 0), (run.Fault, run.Words!.ToString(), run.Completed.Count));
    }

    [Theory]
    [InlineData(Garble)]
    [InlineData(Reset)]
    [InlineData(Raw_close)]
    public void A_handshake_that_breaks_is_a_fault_of_tls_and_begins_no_message(string trouble)
    {
        using var server = new ScriptedSmtpServer(null, [.. s_offer, "220 go", trouble]);
        using ClientRun run = Run(server, "mx.example", verify: false, use: StartTlsUse.IfOffered);
        Assert.Equal((Fault.Tls, SmtpStage.Tls, true, 0),
            (run.Fault, run.Stage, run.Session!.TriedTls, run.Completed.Count));
    }

    [Fact]
    public void A_handshake_that_never_comes_is_waited_for_no_longer_than_asked()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_offer, "220 go", Hang]);
        using var run = new ClientRun(
            server.Port, ClientRun.Options(StartTlsUse.Required) with { Timeout = TimeSpan.FromSeconds(2) },
            new TlsClientSettings("mx.example", false), work: ClientRun.Message());
        run.End();
        Assert.Equal((Fault.Tls, SmtpStage.Tls, "no answer to STARTTLS in time"),
            (run.Fault, run.Stage, run.Session!.FaultText));
    }

    [Fact]
    public void Cancelling_in_a_handshake_ends_it_at_once()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_offer, "220 go", Hang]);
        using var run = new ClientRun(
            server.Port, ClientRun.Options(StartTlsUse.Required), new TlsClientSettings("mx.example", false),
            work: ClientRun.Message());
        Assert.True(server.HasHung.Wait(Loop.Long));
        run.WaitForSession();
        run.Cancel();
        run.End();
        Assert.Equal(Fault.Cancelled, run.Fault);
    }

    [Theory]
    [InlineData("220 go\r\n250 injected\r\n")]
    [InlineData("220 go\r\n250-injected\r\n250 SIZE 1\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n")]
    [InlineData("220 go\r\n25")]
    public void Text_injected_behind_the_answer_to_starttls_does_not_count(string injected)
    {
        using var server = new ScriptedSmtpServer(
            TestAuthority.Trusted.Issue("mx.example"),
            [.. s_offer, Raw(injected), StartTls, Line, "250-real\r\n250 SIZE 1000", Line, "550 no", Line, "221 bye"]);
        using ClientRun run = Run(server, "mx.example", verify: true);
        // It is dropped with the answer, or stands in the way of the handshake; nothing of it is ever an answer.
        AttemptResult? bob = run.Results.SingleOrDefault();
        if (run.Fault == Fault.Tls)
            Assert.Null(bob);
        else
            Assert.Equal(("real", "550 no"), (run.Session!.ServerName, bob!.Reply!.ToString()));
    }

    [Fact]
    public void A_login_within_tls_may_send_its_password_and_a_slow_hash_holds_up_nobody()
    {
        var options = ClientRun.Options(StartTlsUse.Required) with
        {
            Login = new Credentials("tim", "tanstaaftanstaaf"),
        };
        string[] login = [Line, "250-mx\r\n250 AUTH PLAIN", Line, "235 in", Line, "550 no", Line, "221 bye"];
        using var server = new ScriptedSmtpServer(
            TestAuthority.Trusted.Issue("mx.example"), [.. s_offer, "220 go", StartTls, .. login]);
        using var run = new ClientRun(
            server.Port, options, new TlsClientSettings("mx.example", true, TestAuthority.Trusted.Roots),
            work: ClientRun.Message());
        run.End();
        Assert.Equal((Fault.None, "550 no"), (run.Fault, run.Results.Single().Reply!.ToString()));
        Assert.Contains("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm", server.Lines);
        Assert.DoesNotContain(run.Log, line => line.Contains("AHRpbQ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_login_is_bound_to_the_certificate_that_was_shown()
    {
        var options = ClientRun.Options(StartTlsUse.Required) with { Login = new Credentials("tim", "secret") };
        using X509Certificate2 certificate = TestAuthority.Trusted.Issue("mx.example");
        string[] login = [Line, "250-mx\r\n250 AUTH SCRAM-SHA-256-PLUS", Line, "535 no", Line, "221 bye"];
        using var server = new ScriptedSmtpServer(certificate, [.. s_offer, "220 go", StartTls, .. login]);
        using var run = new ClientRun(
            server.Port, options, new TlsClientSettings("mx.example", true, TestAuthority.Trusted.Roots),
            work: ClientRun.Message());
        run.End();
        Assert.Equal(SHA256.HashData(certificate.RawData), run.EndPointBinding);
        Assert.Contains(server.Lines, line => line.StartsWith("AUTH SCRAM-SHA-256-PLUS ", StringComparison.Ordinal));
    }

    private static ClientRun Run(
        ScriptedSmtpServer server, string name, bool verify, bool tlsFirst = false,
        StartTlsUse use = StartTlsUse.Required)
    {
        var tls = new TlsClientSettings(name, verify, TestAuthority.Trusted.Roots);
        return new ClientRun(server.Port, ClientRun.Options(use), tls, tlsFirst, work: ClientRun.Message()).End();
    }

    private static X509Certificate2 Wrong(string kind) => kind switch
    {
        "expired" => TestAuthority.Trusted.IssueExpired("mx.example"),
        "early" => TestAuthority.Trusted.IssueEarly("mx.example"),
        "name" => TestAuthority.Trusted.Issue("other.example", "192.0.2.1"),
        "nobody" or "common name"
            => TestAuthority.Trusted.IssueWithCommonNameAlone(kind == "nobody" ? "x" : "mx.example"),
        "two labels" => TestAuthority.Trusted.Issue("*.b.example"),
        "whole" => TestAuthority.Trusted.Issue("*"),
        "part" => TestAuthority.Trusted.Issue("m*.example"),
        "stranger" => TestAuthority.Stranger.Issue("mx.example"),
        "expired name" => TestAuthority.Trusted.IssueExpired("other.example"),
        _ => TestAuthority.SelfSigned("mx.example"),
    };
}
