using System.Net;
using System.Net.Sockets;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Delivery.Outgoing;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>a delivery attempt that is cut, at each thing it can wait for.</summary>
public class DeliveryAttemptCancelTests
{
    private static readonly string[] s_tls = ["220 hello", Line, "250-server\r\n250 STARTTLS", Line, "220 go"];
    private static readonly string[] s_login = ["220 hello", Line, "250-server\r\n250 AUTH PLAIN", Line];

    public static TheoryData<string, string[]> Waits
    {
        get
        {
            string[] plain = Plain("250 ok");
            var data = new TheoryData<string, string[]>
                { { "handshake", [.. s_tls, Hang] }, { "login", [.. s_login, Hang] }, { "greeting", [Hang] } };
            foreach ((string stage, int steps)
                in new[] { ("EHLO", 2), ("MAIL", 4), ("RCPT", 6), ("DATA", 8), ("verdict", 10), ("QUIT", 12) })
                data.Add(stage, [.. plain.Take(steps), Hang]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public void It_ends_whatever_the_server_owes(string stage, string[] script)
    {
        using var server = new ScriptedSmtpServer(Loop.Certificate, script);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        var owner = new AttemptOwner(transaction);
        RemoteOptions options = LoopbackHosts.Options with
        {
            Login = stage == "login" ? new Credentials("user", "secret") : null,
        };
        DeliveryAttempt attempt =
            hosts.Begin(owner, options, LoopbackHosts.Host("first", server), LoopbackHosts.Host("second", server));
        Assert.True(server.HasHung.Wait(Outbox.Long));
        attempt.Cancel();
        Assert.Equal(Fault.Cancelled, owner.WaitForEnd().Fault);
        Assert.Equal(1, server.Connections);
        AttemptResult result = transaction.Results[0]!;
        if (stage == "QUIT")
            Assert.Equal(AttemptResultKind.Delivered, result.Kind);
        else if (owner.All.Contains("next"))
            Assert.Equal((Fault.Cancelled, stage == "verdict"), (result.Fault, result.IsUnknown));
    }

    [Fact]
    public void It_ends_in_a_look_up()
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
        attempt.Cancel();
        Assert.Equal(Fault.Cancelled, owner.WaitForEnd().Fault);
    }

    [Fact]
    public void Look_ups_of_more_attempts_than_there_are_workers_go_on_side_by_side()
    {
        using var hosts = new LoopbackHosts();
        using var asked = new CountdownEvent(2 * LoopbackHosts.WorkerLimit);
        var route = new TaskCompletionSource<Route>();
        AttemptOwner[] owners = [.. Enumerable.Range(0, asked.InitialCount)
            .Select(_ => new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example")))];
        foreach (AttemptOwner owner in owners)
            hosts.BeginLater(owner, LoopbackHosts.Options, _ =>
            {
                asked.Signal();
                return new ValueTask<Route>(route.Task);
            });
        Assert.True(asked.Wait(Outbox.Long));
        route.SetResult(Route.None(new RouteFailure(Fault.Dns, false, "4.4.3", "no answer")));
        Assert.All(owners, owner => Assert.Equal("4.4.3", owner.WaitForEnd().Status));
    }

    [Fact]
    public void It_ends_while_it_connects()
    {
        // Nobody accepts, and the queue of those who wait is full: the next waits for ever.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        one.Connect(listener.LocalEndPoint!);
        using var hosts = new LoopbackHosts();
        using var isConnecting = new ManualResetEventSlim();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"))
        {
            Heard = (what, _) => isConnecting.Set(),
        };
        DeliveryAttempt attempt = hosts.Begin(owner, LoopbackHosts.Options,
            new RouteHost("mx", ((IPEndPoint)listener.LocalEndPoint!).Port, [IPAddress.Loopback]));
        Assert.True(isConnecting.Wait(Outbox.Long));
        attempt.Cancel();
        Assert.Equal(Fault.Cancelled, owner.WaitForEnd().Fault);
        Assert.Equal(["connecting", "ended"], owner.All);
    }

    [Theory]
    [InlineData("connecting")]
    [InlineData("connected")]
    [InlineData("next")]
    [InlineData("sending")]
    public void It_ends_where_the_owner_itself_cuts_it(string when)
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"))
        {
            Heard = (what, attempt) => CancelAt(what == when, attempt),
        };
        hosts.Begin(owner, LoopbackHosts.Options, LoopbackHosts.Host("mx", server));
        Assert.Equal(Fault.Cancelled, owner.WaitForEnd().Fault);
        Assert.Empty(server.Texts);
    }

    [Fact]
    public void A_cancel_before_the_beginning_tries_nothing()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        using var gate = new ManualResetEventSlim();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        DeliveryAttempt attempt = hosts.Begin(owner, LoopbackHosts.Options, _ =>
        {
            gate.Wait();
            return Route.To(LoopbackHosts.Host("mx", server));
        });
        attempt.Cancel();
        gate.Set();
        Assert.Equal(Fault.Cancelled, owner.WaitForEnd().Fault);
        Assert.Equal(["ended"], owner.All);
    }

    [Fact]
    public void A_cancel_after_the_end_does_nothing()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var hosts = new LoopbackHosts();
        var owner = new AttemptOwner(AttemptOwner.Transaction("x\n", "a@b.example"));
        DeliveryAttempt attempt = hosts.Begin(owner, LoopbackHosts.Options, LoopbackHosts.Host("mx", server));
        Assert.Equal(Fault.None, owner.WaitForEnd().Fault);
        attempt.Cancel();
        Assert.Single(owner.All, "ended");
    }

    private static void CancelAt(bool isTime, IDeliveryAttempt attempt)
    {
        if (isTime)
            attempt.Cancel();
    }
}
