using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Delivery.Outgoing;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>Hosts that offer TLS and cannot do it.</summary>
public class BrokenTlsTests
{
    private static readonly string[] s_askedForTls = ["220 hello", Line, "250-server\r\n250 STARTTLS", Line];
    private static readonly string[] s_underTls = [.. s_askedForTls, "220 go", StartTls];
    private static readonly string[] s_clear = [.. s_askedForTls[..3], .. Plain("250 ok").Skip(3)];
    private static readonly RemoteOptions s_options =
        LoopbackHosts.Options with { Timeout = TimeSpan.FromSeconds(2) };

    public static TheoryData<string[]> BrokenHosts => new()
    {
        // STARTTLS without an answer
        { [.. s_askedForTls, Hang] },
        { [.. s_askedForTls, Reset] },
        { [.. s_askedForTls] },
        { [.. s_askedForTls, "this is no reply"] },
        { [.. s_askedForTls, Raw("22"), Hang] },
        // a handshake that fails
        { [.. s_askedForTls, "220 go", Hang] },
        { [.. s_askedForTls, "220 go", Garble] },
        { [.. s_askedForTls, "220 go", Reset] },
        { [.. s_askedForTls, "220 go"] },
        // TLS that is of no use
        { [.. s_underTls] },
        { [.. s_underTls, Line] },
        { [.. s_underTls, Line, Reset] },
        { [.. s_underTls, Line, Hang] },
        { [.. s_underTls, Line, Raw("250-ser")] },
        { [.. s_underTls, Line, "this is no reply"] },
    };

    [Theory]
    [MemberData(nameof(BrokenHosts))]
    public void Tls_that_does_not_work_is_done_without_where_it_is_opportunistic(string[] broken)
    {
        using var server = new ScriptedSmtpServer(Loop.Certificate, broken, s_clear);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        var owner = new AttemptOwner(transaction);
        Assert.Equal(Fault.None, hosts.Run(owner, s_options, LoopbackHosts.Host("mx", server)).Fault);
        Assert.True(transaction.IsDelivered(0));
        Assert.Equal(2, server.Connections);
        Assert.Null(owner.Hosts.Single()!.Tls);
        Assert.Empty(owner.Failures);
    }

    [Theory]
    [MemberData(nameof(BrokenHosts))]
    public void Nothing_goes_in_the_clear_where_tls_is_required_or_checked_or_a_login_is_set(string[] broken)
    {
        RemoteOptions[] strict =
        [
            s_options with { StartTls = StartTlsUse.Required },
            s_options with { VerifyCertificate = true, Authorities = [Loop.Certificate] },
            s_options with { Login = new Credentials("user", "secret"), AllowsClearPassword = true },
        ];
        foreach (RemoteOptions options in strict)
        {
            using var server = new ScriptedSmtpServer(Loop.Certificate, broken, s_clear);
            using var hosts = new LoopbackHosts();
            var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
            AttemptResult end = hosts.Run(owner, options, LoopbackHosts.Host("localhost", server));
            Assert.NotEqual(Fault.None, end.Fault);
            Assert.Equal((1, AttemptResultKind.Deferred), (server.Connections, end.Kind));
            Assert.DoesNotContain("next", owner.All);
        }
    }

    [Theory]
    [InlineData("421 4.7.0 too busy for TLS", false)]
    [InlineData("421 4.3.2 not now", true)]
    [InlineData("450 4.3.2 not now", true)]
    public void What_a_host_says_of_itself_is_no_sign_that_its_tls_is_broken(string words, bool isUnderTls)
    {
        string[] script = isUnderTls ? [.. s_underTls, Line, words] : [.. s_askedForTls, words];
        using var server = new ScriptedSmtpServer(Loop.Certificate, script, s_clear);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        AttemptResult end = hosts.Run(owner, s_options, LoopbackHosts.Host("mx", server));
        Assert.Equal((words, 1), (end.Reply!.ToString(), server.Connections));
    }

    [Fact]
    public void A_connection_that_is_lost_once_the_host_has_answered_under_tls_is_no_reason_to_go_without()
    {
        using var server = new ScriptedSmtpServer(
            Loop.Certificate, [.. s_underTls, Line, "250 server", Line, Reset], s_clear);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        hosts.Run(owner, s_options, LoopbackHosts.Host("mx", server));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public void An_answer_to_starttls_that_is_waited_for_no_longer_leads_to_clear_text()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_askedForTls, Hang], s_clear);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        DeliveryAttempt attempt = hosts.Begin(owner, LoopbackHosts.Options, LoopbackHosts.Host("mx", server));
        Assert.True(server.HasHung.Wait(Outbox.Long));
        attempt.GiveUpWaiting();
        Assert.Equal(Fault.None, owner.WaitForEnd().Fault);
        Assert.Contains("completed", owner.All);
    }
}
