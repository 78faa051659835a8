using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Delivery.Outgoing;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>Hosts that the owner of an attempt keeps it from, or that it waits for no longer.</summary>
public class GivenUpHostTests
{
    private static readonly AttemptResult s_known = new()
    {
        Kind = AttemptResultKind.Deferred,
        Fault = Fault.Timeout,
        Happened = "no answer a moment ago",
    };

    [Fact]
    public void An_address_that_is_not_to_be_used_is_passed_over()
    {
        using var first = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var second = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"))
        {
            Verdict = target => target.Host.Name == "first"
                ? (ConnectVerdict.OtherAddress, s_known) : (ConnectVerdict.Granted, null),
        };
        Assert.Equal(Fault.None,
            hosts.Run(owner, LoopbackHosts.Host("first", first), LoopbackHosts.Host("second", second)).Fault);
        Assert.Equal((0, 1), (first.Connections, second.Connections));
    }

    [Fact]
    public void Where_every_address_is_known_to_fail_the_attempt_ends_with_what_is_known_of_its_own_host()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner { Verdict = _ => (ConnectVerdict.OtherAddress, s_known) };
        AttemptResult end = hosts.Run(owner, LoopbackHosts.Host("mx.b.example", server));
        Assert.Equal((Fault.Timeout, "mx.b.example", "mx.b.example: no answer a moment ago"),
            (end.Fault, end.Host, end.Text));
        Assert.Equal(["ended"], owner.All);
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public void An_attempt_that_may_connect_later_only_asks_for_no_other_address()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        int asked = 0;
        var owner = new AttemptOwner
        {
            Verdict = _ =>
            {
                asked++;
                return (ConnectVerdict.Later, null);
            },
        };
        hosts.Run(owner, LoopbackHosts.Host("first", server), LoopbackHosts.Host("second", server));
        Assert.Equal((1, 0), (asked, server.Connections));
        Assert.Equal(["ended"], owner.All);
    }

    [Fact]
    public void A_greeting_that_is_waited_for_no_longer_is_a_time_out_and_the_next_address_is_tried()
    {
        using var silent = new ScriptedSmtpServer(null, [Hang]);
        using var second = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        DeliveryAttempt attempt = hosts.Begin(
            owner, LoopbackHosts.Options, LoopbackHosts.Host("silent", silent), LoopbackHosts.Host("second", second));
        Assert.True(silent.HasHung.Wait(Outbox.Long));
        attempt.GiveUpWaiting();
        Assert.Equal(Fault.None, owner.WaitForEnd().Fault);
        Assert.Equal((Fault.Timeout, "silent"), (owner.Failures.Single().Fault, owner.Failures.Single().Host));
        Assert.Equal("second", owner.Hosts.Single()!.Name);
    }

    [Fact]
    public void A_connection_that_is_given_up_as_it_is_made_is_a_time_out()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"))
        {
            Heard = (what, attempt) => GiveUpAt(what == "connected", attempt),
        };
        AttemptResult end = hosts.Run(owner, LoopbackHosts.Host("mx", server));
        Assert.Equal((Fault.Timeout, AttemptResultKind.Deferred), (end.Fault, end.Kind));
        Assert.Equal(["connecting", "connected", "ended"], owner.All);
    }

    [Fact]
    public void A_host_that_is_ready_is_not_given_up()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        var owner = new AttemptOwner(transaction)
        {
            Heard = (what, attempt) => GiveUpAt(what is "next" or "sending", attempt),
        };
        Assert.Equal(Fault.None, hosts.Run(owner, LoopbackHosts.Host("mx", server)).Fault);
        Assert.Equal(AttemptResultKind.Delivered, transaction.Results[0]!.Kind);
    }

    [Fact]
    public void A_look_up_that_is_waited_for_no_longer_may_do_better_at_the_next_attempt()
    {
        using var hosts = new LoopbackHosts();
        using var isAsked = new ManualResetEventSlim();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        DeliveryAttempt attempt = hosts.Begin(owner, LoopbackHosts.Options, cancel =>
        {
            isAsked.Set();
            cancel.WaitHandle.WaitOne();
            return Route.None(new RouteFailure(Fault.Cancelled, false, "", "cancelled"));
        });
        Assert.True(isAsked.Wait(Outbox.Long));
        attempt.GiveUpWaiting();
        AttemptResult end = owner.WaitForEnd();
        Assert.Equal((Fault.Dns, AttemptResultKind.Deferred, "4.4.3"), (end.Fault, end.Kind, end.Status));
    }

    private static void GiveUpAt(bool isTime, IDeliveryAttempt attempt)
    {
        if (isTime)
            attempt.GiveUpWaiting();
    }
}
