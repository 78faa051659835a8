using System.Security.Cryptography.X509Certificates;
using MailModule.Delivery.Outgoing;
using MailModule.Engine;
using MailModule.Engine.Sending;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Engine.Sending;

/// <summary>
/// To whom a password goes: a whole engine, and a server on this machine, which would get it even in clear text.
/// </summary>
public sealed class LoginProtectionTests : IDisposable
{
    private const string Password = "AHVzZXIAc2VjcmV0"; // NUL user NUL secret
    private static readonly string[] s_opening =
        ["220 hello", Line, "250-server\r\n250 STARTTLS", Line, "220 go", StartTls, Line];
    private static readonly string[] s_login = ["250-server\r\n250 AUTH PLAIN", Line, "235 welcome"];

    private readonly TemporaryFolder _folder = new();
    private readonly MailEngine _engine = new();

    public LoginProtectionTests()
    {
        string roots = Path.Combine(_folder.Path, "roots.pem");
        File.WriteAllText(roots, TestAuthority.Trusted.Roots[0].ExportCertificatePem());
        Set("mail_root", _folder.Path);
        Set("smtp_name", "mail.example.org");
        Set("tls_cafile", roots);
    }

    public void Dispose()
    {
        _engine.Close();
        _folder.Dispose();
    }

    public static TheoryData<string> WrongCertificates => ["name", "self", "stranger", "expired"];

    [Theory]
    [MemberData(nameof(WrongCertificates))]
    public void A_smarthost_with_a_wrong_certificate_gets_no_password_and_no_mail(string wrong)
    {
        using ScriptedSmtpServer server = Server(Certificate(wrong));
        UseSmarthost(server);
        (Fault fault, string text) = SendDirect();
        Assert.Equal(Fault.Tls, fault);
        Assert.Contains("certificate", text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Equal((1, 0), (server.Connections, server.Texts.Length)); // and is not tried again without TLS
    }

    [Theory]
    [InlineData(Garble)]
    [InlineData(StartTls, Reset)]
    [InlineData(StartTls, Line, Reset)]
    public void Tls_that_fails_or_drops_is_not_done_without_where_there_is_a_password_to_tell(params string[] after)
    {
        string[] clear = ["220 hello", Line, .. s_login, .. Plain("250 ok")[3..]];
        using var server = new ScriptedSmtpServer(Certificate("right"), [.. s_opening[..5], .. after], clear);
        UseSmarthost(server);
        Assert.NotEqual(Fault.None, SendDirect().Fault);
        Assert.DoesNotContain(server.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Empty(server.Texts);
    }

    [Fact]
    public void A_smarthost_with_the_right_certificate_gets_both()
    {
        using ScriptedSmtpServer server = Server(Certificate("right"));
        UseSmarthost(server);
        Assert.Equal(Fault.None, SendDirect().Fault);
        Assert.Contains($"AUTH PLAIN {Password}", server.Lines);
    }

    [Fact]
    public void Who_says_so_in_the_settings_has_the_password_told_to_any_certificate()
    {
        using ScriptedSmtpServer server = Server(Certificate("self"));
        UseSmarthost(server);
        Set("smtpproxy_check", "0");
        Assert.Equal(Fault.None, SendDirect().Fault);
        Assert.Contains($"AUTH PLAIN {Password}", server.Lines);
    }

    [Fact]
    public void Without_a_login_any_certificate_will_do_as_before()
    {
        using ScriptedSmtpServer server = Server(Certificate("self"), isLogin: false);
        UseSmarthost(server);
        Set("smtpproxy_user", "");
        Assert.Equal(Fault.None, SendDirect().Fault);
    }

    [Theory]
    [InlineData(SendTls.Settings, false)]
    [InlineData(SendTls.Required, false)]
    [InlineData(SendTls.Opportunistic, false)]
    [InlineData(SendTls.Opportunistic, null)]
    public void One_message_does_not_weaken_how_the_settings_guard_their_password(SendTls tls, bool? check)
    {
        using ScriptedSmtpServer server = Server(Certificate("name"));
        UseSmarthost(server);
        Assert.Equal(Fault.Tls, SendDirect(tls, check).Fault);
        Assert.DoesNotContain(server.Lines, line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("self", SendTls.Settings, null, false)]
    [InlineData("name", SendTls.Opportunistic, null, false)]
    [InlineData("name", SendTls.Required, true, false)]
    [InlineData("right", SendTls.Opportunistic, null, true)]
    [InlineData("self", SendTls.Opportunistic, false, true)]
    public void The_server_of_a_message_gets_its_password_with_the_right_certificate_or_where_none_is_asked_for(
        string certificate, SendTls tls, bool? check, bool isSent)
    {
        using ScriptedSmtpServer server = Server(Certificate(certificate));
        var options = new SendOptions
        {
            Route = new SendRoute(SubmissionRoute.Server, "localhost", server.Port),
            Tls = tls,
            VerifyCertificate = check,
            User = "user",
            Password = "secret",
        };
        Assert.Equal(isSent ? Fault.None : Fault.Tls, Send(options).Fault);
        Assert.Equal(isSent, server.Lines.Contains($"AUTH PLAIN {Password}"));
        Assert.Equal(1, server.Connections);
    }

    private static X509Certificate2 Certificate(string kind) => kind switch
    {
        "right" => TestAuthority.Trusted.Issue("localhost"),
        "name" => TestAuthority.Trusted.Issue("other.example"),
        "stranger" => TestAuthority.Stranger.Issue("localhost"),
        "expired" => TestAuthority.Trusted.IssueExpired("localhost"),
        _ => TestAuthority.SelfSigned("localhost"),
    };

    private static ScriptedSmtpServer Server(X509Certificate2 certificate, bool isLogin = true)
        => new(certificate, [.. s_opening, .. isLogin ? s_login : ["250 server"], .. Plain("250 ok")[3..]]);

    private void UseSmarthost(ScriptedSmtpServer server)
    {
        Set("smtpproxy", $"localhost:{server.Port}");
        Set("smtpproxy_user", "user");
        Set("smtpproxy_password", "secret");
    }

    private (Fault Fault, string Text) SendDirect(SendTls tls = SendTls.Settings, bool? check = null)
        => Send(new SendOptions
        {
            Route = new SendRoute(SubmissionRoute.Direct),
            Tls = tls,
            VerifyCertificate = check,
        });

    private (Fault Fault, string Text) Send(SendOptions options)
    {
        Assert.Equal(Fault.None, _engine.NewSending(options, "ann@a.example", null, out ISending? sending));
        using (sending)
        {
            Assert.Equal(Fault.None, sending!.AddRecipient("bob@b.example", Notify.Default, null));
            Assert.Equal(Fault.None, sending.Write("Subject: x\n\nx\n"u8));
            Assert.Equal(Fault.None, sending.Start());
            Assert.Equal(Fault.None, sending.Wait(Loop.Long));
            return (sending.Outcome, sending.Find(0).Result is { } result ? result.Text : "");
        }
    }

    private void Set(string key, string value) => Assert.Equal(Fault.None, _engine.Set(key, value));
}
