using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>From host to host until one is ready, over loopback.</summary>
public class DeliveryAttemptTests
{
    private const string Offer = "250-server\r\n250 STARTTLS";
    private static readonly string[] s_untilLogin =
        ["220 hello", Line, Offer, Line, "220 go", StartTls, Line, "250-server\r\n250 AUTH PLAIN", Line];

    private static readonly string[] s_secondMessage =
        [Line, "250 ok", Line, "250 ok", Line, "354 go", Text, "250 taken", Line, "221 bye"];

    [Fact]
    public void A_host_that_is_ready_gets_all_transactions_on_one_connection()
    {
        using var server = new ScriptedSmtpServer(null, [.. Plain("250 ok")[..^2], .. s_secondMessage]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(
            AttemptOwner.Transaction("one\n", "a@b.example"), AttemptOwner.Transaction("two\n", "b@b.example"));
        AttemptResult end = hosts.Run(owner, LoopbackHosts.Host("mx.b.example", server));
        Assert.Equal(["connecting", "connected", "next", "completed", "next", "completed", "nothing", "ended"],
            owner.All);
        Assert.Equal((Fault.None, true), (end.Fault, owner.WasReady));
        Assert.Equal(["one\r\n.\r\n", "two\r\n.\r\n"], server.Texts);
        Assert.Equal(("mx.b.example", $"127.0.0.1:{server.Port}", null),
            (owner.Hosts[0]!.Name, owner.Hosts[0]!.Address!.ToString(), owner.Hosts[0]!.Tls));
    }

    [Fact]
    public void Where_nothing_is_left_to_send_the_connection_ends()
    {
        using var server = new ScriptedSmtpServer(null, ["220 hello", Line, "250 server", Line, "221 bye"]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner();
        Assert.Equal(Fault.None, hosts.Run(owner, LoopbackHosts.Host("mx", server)).Fault);
        Assert.True(SpinWait.SpinUntil(() => server.Lines is [.., "QUIT"], Loop.Long));
    }

    public static TheoryData<string[], int> Failures => new()
    {
        // What the first host does, and how often it is tried at its two addresses.
        { ["554 no"], 1 },
        { ["421 not now"], 2 },
        { ["garbage"], 2 },
        { [Reset], 2 },
        { ["220 hello", Line, "421 not now"], 2 },
        { ["220 hello", Line, "502 what", Line, "550 not you"], 1 },
        { ["220 hello", Line, Reset], 2 },
        { ["220 hello", Line, "250 no tls here"], 2 },
        { ["220 hello", Line, Offer, Line, "454 not now"], 2 },
        { ["220 hello", Line, Offer, Line, "220 go", Garble], 2 },
        { ["220 hello", Line, Offer, Line, "220 go", StartTls, Reset], 2 },
        { [.. s_untilLogin, "535 wrong"], 1 },
        { [.. s_untilLogin, "454 not now"], 2 },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_host_that_is_not_ready_leads_to_the_next(string[] script, int tries)
    {
        using var first = new ScriptedSmtpServer(Loop.Certificate, script);
        string[] works = [.. s_untilLogin, "235 welcome", .. Plain("250 ok").Skip(3)];
        using var second = new ScriptedSmtpServer(Loop.Certificate, works);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        var owner = new AttemptOwner(transaction);
        RemoteOptions options = LoopbackHosts.Options with
        {
            StartTls = StartTlsUse.Required,
            Login = new Credentials("user", "secret"),
        };
        AttemptResult end = hosts.Run(
            owner, options, LoopbackHosts.Host("first", first, "127.0.0.1", "127.0.0.1"),
            LoopbackHosts.Host("second", second));
        Assert.Equal(Fault.None, end.Fault);
        Assert.True(transaction.IsDelivered(0));
        Assert.Equal(tries, first.Connections);
        Assert.Equal("second", owner.Hosts.Single()!.Name);
        Assert.NotNull(owner.Hosts.Single()!.Tls);
    }

    [Fact]
    public void To_this_machine_the_password_may_go_in_clear_text()
    {
        string[] login = ["220 hello", Line, "250-x\r\n250 AUTH PLAIN", Line, "235 welcome"];
        using var server = new ScriptedSmtpServer(null, [.. login, .. Plain("250 ok").Skip(3)]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with { Login = new Credentials("user", "secret") };
        Assert.Equal(Fault.None, hosts.Run(owner, options, LoopbackHosts.Host("here", server)).Fault);
        Assert.Contains("completed", owner.All);
    }

    [Fact]
    public void A_login_that_is_refused_is_a_warning_with_the_servers_words()
    {
        string[] script = ["220 hello", Line, "250-x\r\n250 AUTH PLAIN", Line, "535 5.7.8 wrong", Line, "221 bye"];
        using var server = new ScriptedSmtpServer(null, script);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with { Login = new Credentials("user", "secret") };
        Assert.Equal(SmtpStage.Auth, hosts.Run(owner, options, LoopbackHosts.Host("here", server)).Stage);
        string warning = Assert.Single(hosts.Warnings);
        Assert.StartsWith("here", warning, StringComparison.Ordinal);
        Assert.EndsWith("our login failed, no mail is sent there: 535 5.7.8 wrong", warning, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void Where_no_host_is_ready_the_end_says_why(string[] script, int tries)
    {
        using var server = new ScriptedSmtpServer(Loop.Certificate, script);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with
        {
            StartTls = StartTlsUse.Required,
            Login = new Credentials("user", "secret"),
        };
        AttemptResult end = hosts.Run(
            owner, options, LoopbackHosts.Nobody("first"),
            LoopbackHosts.Host("second", server, "127.0.0.1", "127.0.0.1"));
        Assert.NotEqual(Fault.None, end.Fault);
        Assert.Equal((AttemptResultKind.Deferred, false), (end.Kind, owner.WasReady));
        Assert.DoesNotContain("next", owner.All);
        Assert.Equal(1 + tries, owner.All.Count(one => one == "connecting"));
    }

    [Theory]
    [InlineData("554 5.7.1 no", "550 5.7.1 nor I", true, 550)]
    [InlineData("554 5.7.1 no", "421 4.3.2 not now", false, 421)]
    [InlineData("421 4.3.2 not now", "554 5.7.1 no", false, 421)]
    [InlineData("421 4.3.2 busy", "450 4.3.2 not now", false, 450)]
    public void Only_where_every_host_refuses_for_good_it_is_final(
        string first, string second, bool isPermanent, int code)
    {
        using var one = new ScriptedSmtpServer(null, [first]);
        using var other = new ScriptedSmtpServer(null, [second]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        DeliveryAttempt attempt = hosts.Begin(owner, LoopbackHosts.Options, LoopbackHosts.Host("one", one),
            LoopbackHosts.Host("other", other));
        AttemptResult end = owner.WaitForEnd();
        Assert.Equal((isPermanent, code), (end.Kind == AttemptResultKind.Failed, end.ReplyCode));
        Assert.Equal(second.StartsWith($"{code}", StringComparison.Ordinal) ? "other" : "one", end.Host);
    }

    [Fact]
    public void A_host_that_cannot_be_reached_makes_the_refusal_of_another_passing()
    {
        using var server = new ScriptedSmtpServer(null, ["554 no"]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        AttemptResult end = hosts.Run(owner, LoopbackHosts.Nobody("first"), LoopbackHosts.Host("second", server));
        Assert.Equal((Fault.Connect, AttemptResultKind.Deferred), (end.Fault, end.Kind));
    }

    [Fact]
    public void Tls_that_fails_is_done_without_where_it_is_opportunistic()
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, Offer, Line, "220 go", Garble],
            ["220 hello", Line, Offer, .. Plain("250 ok").Skip(3)]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        Assert.Equal(Fault.None, hosts.Run(owner, LoopbackHosts.Host("mx", server)).Fault);
        Assert.Equal(2, server.Connections);
        Assert.Null(owner.Hosts.Single()!.Tls);
    }

    [Fact]
    public void Tls_from_the_first_octet_and_a_certificate_that_is_right_are_told()
    {
        using var server = new ScriptedSmtpServer(Loop.Certificate, [StartTls, .. Plain("250 ok")]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        RemoteOptions options = LoopbackHosts.Options with
        {
            IsTlsFirst = true,
            VerifyCertificate = true,
            Authorities = [Loop.Certificate],
        };
        Assert.Equal(Fault.None, hosts.Run(owner, options, LoopbackHosts.Host("localhost", server)).Fault);
        Assert.True(owner.Hosts.Single()!.IsVerified);
        Assert.StartsWith("TLSv1.", owner.Hosts.Single()!.Tls, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_first_host_says_of_its_extensions_is_told()
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, "250-server\r\n250 DSN", .. Plain("250 ok").Skip(3)]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        hosts.Run(owner, LoopbackHosts.Host("mx", server));
        Assert.True(owner.Hosts.Single()!.OffersDsn);
    }

    [Fact]
    public void A_failure_to_find_the_route_is_the_end()
    {
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        hosts.Begin(owner, LoopbackHosts.Options,
            _ => Route.None(new RouteFailure(Fault.NotFound, true, "5.1.2", "no such domain")));
        AttemptResult end = owner.WaitForEnd();
        Assert.Equal((Fault.NotFound, true, "5.1.2", "no such domain", false),
            (end.Fault, end.Kind == AttemptResultKind.Failed, end.Status, end.Text, owner.WasReady));
        Assert.Equal(["ended"], owner.All);
    }

    [Fact]
    public void A_fault_of_ours_ends_the_attempt_too()
    {
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        hosts.Begin(owner, LoopbackHosts.Options, _ => throw new InvalidOperationException("made up"));
        AttemptResult end = owner.WaitForEnd();
        Assert.Equal((Fault.Internal, AttemptResultKind.Deferred), (end.Fault, end.Kind));
    }

    [Fact]
    public void A_server_that_closes_between_two_messages_gives_the_second_back()
    {
        using var server = new ScriptedSmtpServer(null, [.. Plain("250 ok")[..^2], Line, Reset]);
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(
            AttemptOwner.Transaction("one\n", "a@b.example"), AttemptOwner.Transaction("two\n", "b@b.example"));
        AttemptResult end = hosts.Run(owner, LoopbackHosts.Host("mx", server));
        Assert.True(owner.WasReady);
        Assert.Equal(["completed", "next", "returned", "ended"], owner.All[^4..]);
    }

    [Fact]
    public void Many_dead_addresses_of_one_host_do_not_keep_mail_from_the_next()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("one\n", "a@b.example"));
        RouteHost nobody = LoopbackHosts.Nobody("first");
        AttemptResult end = hosts.Run(
            owner, nobody with { Addresses = [.. Enumerable.Repeat(nobody.Addresses[0], 100)] },
            LoopbackHosts.Host("second", server));
        Assert.Equal(Fault.None, end.Fault);
        Assert.InRange(owner.All.Count(one => one == "connecting"), 3, 12);
    }
}
