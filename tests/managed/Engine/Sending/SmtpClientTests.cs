using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Engine.Sending;
using MailModule.Lines;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Support;
using MailModule.Transport;
using MailModule.Transport.Blocking;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Engine.Sending;

/// <summary>The client that a host leads verb by verb, with a whole engine and a server on this machine.</summary>
public sealed class SmtpClientTests : IDisposable
{
    private static readonly string[] s_startTls =
        ["220 hello", Line, "250-server\r\n250 STARTTLS", Line, "220 go", StartTls, Line, "250-server\r\n250 SIZE 7"];

    private readonly TemporaryFolder _folder = new();
    private readonly MailEngine _engine = new();
    private readonly List<string> _trace = [];

    public SmtpClientTests()
    {
        string roots = Path.Combine(_folder.Path, "roots.pem");
        File.WriteAllText(roots, TestAuthority.Trusted.Roots[0].ExportCertificatePem());
        Assert.Equal(Fault.None, _engine.Set("mail_root", _folder.Path));
        Assert.Equal(Fault.None, _engine.Set("smtp_name", "mail.example.org"));
        Assert.Equal(Fault.None, _engine.Set("tls_cafile", roots));
    }

    public void Dispose()
    {
        _engine.Close();
        _folder.Dispose();
    }

    [Fact]
    public void A_verb_tells_how_the_exchange_came_out_and_the_code_what_the_server_says()
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, "250 server", Line, "550 5.7.1 no", Line, "221 bye"]);
        using SmtpClient client = Connected(server);
        Assert.Equal((Fault.None, 250), Say(client, one => one.Ehlo(null)));
        Assert.Equal((Fault.None, 550), Say(client, one => one.Mail("a@b.example", "SIZE=1")));
        Assert.Equal(("5.7.1", "no", "550 5.7.1 no"),
            (client.Heard.Reply.Status, client.Heard.Reply.Text, client.Heard.Reply.Raw));
        Assert.Null(client.Failure);
        Assert.Equal((Fault.None, 221), Say(client, one => one.Quit()));
        Assert.Equal((Fault.State, 0), Say(client, one => one.Noop()));
        Assert.Equal(["EHLO mail.example.org", "MAIL FROM:<a@b.example> SIZE=1", "QUIT"], server.Lines);
    }

    [Fact]
    public void Starttls_and_a_handshake_protect_what_follows()
    {
        using var server = new ScriptedSmtpServer(Certificate("right"), [.. s_startTls, Line, "221 bye"]);
        using SmtpClient client = Connected(server, new ClientSetup(), "localhost");
        Say(client, one => one.Ehlo(null));
        Assert.Equal((Fault.None, 220), Say(client, one => one.StartTls()));
        Assert.Equal(Fault.State, Say(client, one => one.Noop()).Fault);
        Assert.Equal(Fault.Argument, Say(client, one => one.StartTls(null, awaitsGreeting: true)).Fault);
        Assert.Equal(Fault.None, Say(client, one => one.StartTls(null, awaitsGreeting: false)).Fault);
        Assert.StartsWith("TLSv1.", client.Tls, StringComparison.Ordinal);
        Assert.Empty(client.Capabilities); // RFC 3207 §4.2
        Assert.Equal((Fault.None, 250), Say(client, one => one.Ehlo(null)));
        Assert.Equal("7", client.FindCapability("size"));
        Assert.Equal(Fault.State, Say(client, one => one.StartTls(null, awaitsGreeting: false)).Fault);
    }

    public static TheoryData<string, Fault, CertificateProblems> WrongCertificates => new()
    {
        { "name", Fault.CertificateName, CertificateProblems.Name },
        { "self", Fault.Tls, CertificateProblems.SelfSigned },
        { "stranger", Fault.Tls, CertificateProblems.Untrusted },
        { "expired", Fault.Tls, CertificateProblems.Time },
    };

    [Theory]
    [MemberData(nameof(WrongCertificates))]
    public void A_wrong_certificate_ends_the_connection_and_says_what_is_wrong(
        string wrong, Fault fault, CertificateProblems problem)
    {
        using var server = new ScriptedSmtpServer(Certificate(wrong), [StartTls, "220 hello", Hang]);
        using SmtpClient client = New(new ClientSetup());
        Assert.Equal(fault, Say(client, one => one.Connect("localhost", server.Port, true, true)).Fault);
        ClientFailure failure = client.Failure!;
        Assert.Equal((fault, ErrorLayer.Tls, ClientStage.Tls), (failure.Fault, failure.Layer, failure.Stage));
        Assert.True((failure.Certificate & problem) != 0, failure.Certificate.ToString());
        Assert.Contains("certificate", failure.Text, StringComparison.Ordinal);
        Assert.Equal(Fault.State, Say(client, one => one.Noop()).Fault);
    }

    [Theory]
    [MemberData(nameof(WrongCertificates))]
    public void A_host_may_accept_it_all_the_same_and_sees_the_chain(
        string wrong, Fault fault, CertificateProblems problem)
    {
        var seen = new List<(string Host, CertificateProblems Problems, int Chain, bool IsAccepted)>();
        using var server = new ScriptedSmtpServer(Certificate(wrong), [StartTls, "220 hello", Hang]);
        using SmtpClient client = New(new ClientSetup
        {
            Decide = (shown, isAccepted) =>
            {
                seen.Add((shown.Host, shown.Problems, shown.Chain.Count, isAccepted));
                return true;
            },
        });
        Assert.Equal((Fault.None, 220), Say(client, one => one.Connect("localhost", server.Port, true, true)));
        Assert.NotEqual(Fault.None, fault);
        (string host, CertificateProblems problems, int chain, bool accepted) = Assert.Single(seen);
        Assert.Equal(("localhost", false), (host, accepted));
        Assert.True((problems & problem) != 0 && chain > 0);
    }

    [Fact]
    public void A_host_may_refuse_a_good_certificate()
    {
        using var server = new ScriptedSmtpServer(Certificate("right"), [StartTls, "220 hello", Hang]);
        using SmtpClient client = New(new ClientSetup { Decide = (_, _) => false });
        Assert.Equal(Fault.Tls, Say(client, one => one.Connect("localhost", server.Port, true, true)).Fault);
    }

    [Fact]
    public void Without_a_check_any_certificate_will_do()
    {
        using var server = new ScriptedSmtpServer(Certificate("self"), [StartTls, "220 hello", Hang]);
        using SmtpClient client = New(new ClientSetup { ChecksCertificate = false });
        Assert.Equal((Fault.None, 220), Say(client, one => one.Connect("localhost", server.Port, true, true)));
    }

    [Fact]
    public void Words_before_the_handshake_count_for_nothing()
    {
        using var server = new ScriptedSmtpServer(Certificate("right"),
            ["220 hello", Line, "220 go\r\n250 injected", StartTls, Line, "250 server"]);
        using SmtpClient client = Connected(server, new ClientSetup(), "localhost");
        Assert.Equal((Fault.None, 220), Say(client, one => one.StartTls()));
        Assert.Equal(Fault.None, Say(client, one => one.StartTls(null, awaitsGreeting: false)).Fault);
        Assert.Equal((Fault.None, 250), Say(client, one => one.Ehlo(null)));
        Assert.Equal("server", client.Heard.Reply.Text);
    }

    [Fact]
    public void A_server_that_takes_a_login_without_proof_is_left()
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, "250-server\r\n250 AUTH SCRAM-SHA-256", Line, "235 welcome", Hang]);
        using SmtpClient client = Connected(server);
        Say(client, one => one.Ehlo(null));
        Assert.Equal((Fault.Protocol, 235), Say(client, one => one.Auth(null, "ann", "secret")));
        Assert.Equal((ErrorLayer.Protocol, ClientStage.Auth), (client.Failure!.Layer, client.Failure.Stage));
        Assert.Equal(Fault.State, Say(client, one => one.Noop()).Fault);
    }

    [Fact]
    public void An_exchange_that_cannot_go_on_is_cancelled_and_the_connection_stays()
    {
        using var server = new ScriptedSmtpServer(null,
            ["220 hello", Line, "250-server\r\n250 AUTH SCRAM-SHA-256", Line, "334 !", Line, "501 cancelled", Line,
                "250 noop"]);
        using SmtpClient client = Connected(server);
        Say(client, one => one.Ehlo(null));
        Assert.Equal((Fault.Protocol, 501), Say(client, one => one.Auth("scram-sha-256", "ann", "secret")));
        Assert.Equal(ErrorLayer.Protocol, client.Failure!.Layer);
        Assert.Equal((Fault.None, 250), Say(client, one => one.Noop()));
        Assert.Equal("*", server.Lines[2]);
    }

    [Fact]
    public void The_next_mechanism_is_tried_where_the_server_refuses_one_and_no_secret_is_traced()
    {
        using var server = new ScriptedSmtpServer(null,
            ["220 hello", Line, "250-server\r\n250 AUTH CRAM-MD5 PLAIN", Line, "504 what?", Line, "235 welcome"]);
        using SmtpClient client = Connected(server, new ClientSetup { Trace = Trace });
        Say(client, one => one.Ehlo(null));
        Assert.Equal((Fault.None, 235), Say(client, one => one.Auth(null, "ann", "secret")));
        Assert.Equal(["AUTH CRAM-MD5", "AUTH PLAIN AGFubgBzZWNyZXQ="], server.Lines[1..]);
        Assert.Contains("Sent AUTH PLAIN ***", _trace);
        Assert.DoesNotContain(_trace, line => line.Contains("AGFubg", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_threads_in_one_client_are_told_so()
    {
        using var server = new ScriptedSmtpServer(null, ["220 hello", Line, Hang]);
        using SmtpClient client = Connected(server);
        Task<Fault> first = Task.Run(() => Say(client, one => one.Noop()).Fault);
        server.HasHung.Wait();
        Assert.Equal(Fault.State, client.Call(one => one.Noop()));
        Assert.Equal(Fault.State, client.End());
        client.Cancel();
        Assert.Equal(Fault.Cancelled, await first);
        Assert.Equal(ErrorLayer.Host, client.Failure!.Layer);
    }

    [Fact]
    public async Task The_end_of_the_engine_ends_what_a_client_waits_for()
    {
        using var server = new ScriptedSmtpServer(null, ["220 hello", Line, Hang], ["220 again", Hang]);
        using SmtpClient client = Connected(server);
        Task<Fault> call = Task.Run(() => Say(client, one => one.Noop()).Fault);
        server.HasHung.Wait();
        Assert.Equal(Fault.None, _engine.Stop(TimeSpan.FromMinutes(1)));
        Assert.Equal(Fault.Cancelled, await call);
        Assert.Contains("the engine was stopped", client.Failure!.Text, StringComparison.Ordinal);
        Assert.Equal((Fault.None, 220), Say(client, one => one.Connect("127.0.0.1", server.Port, false, true)));
    }

    [Fact]
    public void Content_goes_out_in_pieces_of_any_size()
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(".line\r\n", 50_000)));
        using var server = new ScriptedSmtpServer(null, ["220 hello", Line, "354 go", Text, "250 taken"]);
        using SmtpClient client = Connected(server);
        Assert.Equal((Fault.None, 354), Say(client, one => one.Data()));
        Assert.Equal((Fault.None, 250), Say(client, one => one.Write(text, true, true, false)));
        Assert.Equal(
            string.Concat(Enumerable.Repeat("..line\r\n", 50_000)) + ".\r\n", Assert.Single(server.Texts));
    }

    private void Trace(TraceDirection direction, string line) => _trace.Add($"{direction} {line}");

    private static (Fault Fault, int Code) Say(SmtpClient client, Func<SmtpClient, Fault> verb)
    {
        Fault fault = client.Call(verb);
        return (fault, client.Code);
    }

    private SmtpClient New(ClientSetup setup)
    {
        Assert.Equal(Fault.None, _engine.NewSmtpClient(setup, out SmtpClient? client));
        return client!;
    }

    private SmtpClient Connected(
        ScriptedSmtpServer server, ClientSetup? setup = null, string host = "127.0.0.1")
    {
        SmtpClient client = New(setup ?? new ClientSetup());
        Assert.Equal((Fault.None, 220), Say(client, one => one.Connect(host, server.Port, false, true)));
        return client;
    }

    private static X509Certificate2 Certificate(string kind) => kind switch
    {
        "right" => TestAuthority.Trusted.Issue("localhost"),
        "name" => TestAuthority.Trusted.Issue("other.example"),
        "stranger" => TestAuthority.Stranger.Issue("localhost"),
        "expired" => TestAuthority.Trusted.IssueExpired("localhost"),
        _ => TestAuthority.SelfSigned("localhost"),
    };
}
