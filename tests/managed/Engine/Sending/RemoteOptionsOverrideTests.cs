using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Remote;
using MailModule.Engine.Sending;
using MailModule.Mail;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Sending;

public class RemoteOptionsOverrideTests
{
    private static readonly RemoteOptions s_open = new() { HelloName = "mail.example.org" };

    private static readonly RemoteOptions s_guarded = s_open with
    {
        StartTls = StartTlsUse.Required,
        VerifyCertificate = true,
        Login = new Credentials("settings", "secret"),
    };

    [Theory]
    [InlineData(SendTls.Settings)]
    [InlineData(SendTls.None)]
    [InlineData(SendTls.Opportunistic)]
    [InlineData(SendTls.Required)]
    public void A_login_of_the_settings_keeps_its_protection(SendTls tls)
    {
        RemoteOptions result = Apply(
            s_guarded, new SendOptions { Route = default, Tls = tls, VerifyCertificate = false });
        Assert.Equal((StartTlsUse.Required, true), (result.StartTls, result.VerifyCertificate));
        Assert.Equal("settings", result.Login!.User);
    }

    [Theory]
    [InlineData(SendTls.None)]
    [InlineData(SendTls.Required)]
    public void Tls_from_the_first_octet_stays_where_the_settings_log_in(SendTls tls)
        => Assert.True(Apply(s_guarded with { IsTlsFirst = true }, new SendOptions { Route = default, Tls = tls })
            .IsTlsFirst);

    [Fact]
    public void A_message_may_ask_for_more_than_the_settings()
    {
        RemoteOptions weak = s_guarded with { StartTls = StartTlsUse.IfOffered, VerifyCertificate = false };
        RemoteOptions result = Apply(
            weak, new SendOptions { Route = default, Tls = SendTls.Required, VerifyCertificate = true });
        Assert.Equal((StartTlsUse.Required, true), (result.StartTls, result.VerifyCertificate));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_login_of_the_message_asks_for_the_right_certificate_unless_it_says_otherwise(
        bool? check, bool isChecked)
        => Assert.Equal(isChecked, Apply(
            s_open, new SendOptions { Route = default, User = "own", VerifyCertificate = check }).VerifyCertificate);

    [Fact]
    public void Without_a_login_a_message_says_what_it_wants()
    {
        RemoteOptions result = Apply(
            s_open with { VerifyCertificate = true },
            new SendOptions { Route = default, Tls = SendTls.None, VerifyCertificate = false });
        Assert.Equal((StartTlsUse.Never, false), (result.StartTls, result.VerifyCertificate));
    }

    [Theory]
    [InlineData(null, CertificateProblems.Time)]
    [InlineData(false, CertificateProblems.Time)]
    [InlineData(true, CertificateProblems.None)]
    public void A_message_that_asks_for_the_check_gets_it_whole(bool? check, CertificateProblems tolerated)
    {
        foreach (RemoteOptions remote in (RemoteOptions[])[s_open, s_guarded])
            Assert.Equal(
                tolerated,
                Apply(
                    remote with { Tolerated = CertificateProblems.Time },
                    new SendOptions { Route = default, VerifyCertificate = check }).Tolerated);
    }

    private static RemoteOptions Apply(RemoteOptions remote, SendOptions options)
        => RemoteOptionsOverride.Apply(remote, options);
}
