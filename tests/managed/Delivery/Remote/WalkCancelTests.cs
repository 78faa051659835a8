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

/// <summary>A walk that is cut, at each thing it can wait for.</summary>
public class WalkCancelTests
{
    private static readonly string[] s_tls = ["220 hello", Line, "250-server\r\n250 STARTTLS", Line, "220 go"];
    private static readonly string[] s_login = ["220 hello", Line, "250-server\r\n250 AUTH PLAIN", Line];

    public static TheoryData<string, string[]> Waits
    {
        get
        {
            string[] plain = Plain("250 ok");
            var data = new TheoryData<string, string[]> { { "handshake", [.. s_tls, Hang] }, { "login", [.. s_login, Hang] }, { "greeting", [Hang] } };
            foreach ((string stage, int steps) in new[] { ("EHLO", 2), ("MAIL", 4), ("RCPT", 6), ("DATA", 8), ("verdict", 10), ("QUIT", 12) })
                data.Add(stage, [.. plain.Take(steps), Hang]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public void It_ends_whatever_the_server_owes(string stage, string[] script)
    {
        using var server = new ScriptedSmtpServer(Loop.Certificate, script);
        using var way = new Way();
        SmtpClientTransaction transaction = WalkOwner.Transaction("x\n", "a@b.example");
        var owner = new WalkOwner(transaction);
        RemoteTerms terms = Way.Terms with { Login = stage == "login" ? new Credentials("user", "secret") : null };
        HostWalk walk = way.Begin(owner, terms, Way.Host("first", server), Way.Host("second", server));
        Assert.True(server.HasHung.Wait(Outbox.Long));
        walk.Cancel();
        Assert.Equal(Fault.Cancelled, owner.WaitForEnd().Fault);
        Assert.Equal(1, server.Connections);
        RecipientResult result = transaction.Recipients[0];
        if (stage == "QUIT")
            Assert.Equal(RecipientState.Delivered, result.State);
        else if (owner.All.Contains("next"))
            Assert.Equal((Fault.Cancelled, stage == "verdict"), (result.Fault, result.IsUnknown));
    }

    [Fact]
    public void It_ends_in_a_look_up()
    {
        using var way = new Way();
        using var isAsked = new ManualResetEventSlim();
        var owner = new WalkOwner(WalkOwner.Transaction("x\n", "a@b.example"));
        HostWalk walk = way.Begin(owner, Way.Terms, cancel =>
        {
            isAsked.Set();
            cancel.WaitHandle.WaitOne();
            return Route.None(new RouteFailure(Fault.Cancelled, false, "", "cancelled"));
        });
        Assert.True(isAsked.Wait(Outbox.Long));
        walk.Cancel();
        Assert.Equal(Fault.Cancelled, owner.WaitForEnd().Fault);
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
        using var way = new Way();
        using var isConnecting = new ManualResetEventSlim();
        var owner = new WalkOwner(WalkOwner.Transaction("x\n", "a@b.example")) { Heard = (what, _) => isConnecting.Set() };
        HostWalk walk = way.Begin(owner, Way.Terms, new RouteHost("mx", ((IPEndPoint)listener.LocalEndPoint!).Port, [IPAddress.Loopback]));
        Assert.True(isConnecting.Wait(Outbox.Long));
        walk.Cancel();
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
        using var way = new Way();
        var owner = new WalkOwner(WalkOwner.Transaction("x\n", "a@b.example")) { Heard = (what, run) => CancelAt(what == when, run) };
        way.Begin(owner, Way.Terms, Way.Host("mx", server));
        Assert.Equal(Fault.Cancelled, owner.WaitForEnd().Fault);
        Assert.Empty(server.Texts);
    }

    [Fact]
    public void A_cancel_before_the_beginning_tries_nothing()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var way = new Way();
        using var gate = new ManualResetEventSlim();
        var owner = new WalkOwner(WalkOwner.Transaction("x\n", "a@b.example"));
        HostWalk walk = way.Begin(owner, Way.Terms, _ =>
        {
            gate.Wait();
            return Route.To(Way.Host("mx", server));
        });
        walk.Cancel();
        gate.Set();
        Assert.Equal(Fault.Cancelled, owner.WaitForEnd().Fault);
        Assert.Equal(["ended"], owner.All);
    }

    [Fact]
    public void A_cancel_after_the_end_does_nothing()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var way = new Way();
        var owner = new WalkOwner(WalkOwner.Transaction("x\n", "a@b.example"));
        HostWalk walk = way.Begin(owner, Way.Terms, Way.Host("mx", server));
        Assert.Equal(Fault.None, owner.WaitForEnd().Fault);
        walk.Cancel();
        Assert.Single(owner.All, "ended");
    }

    private static void CancelAt(bool isTime, IRemoteRun run)
    {
        if (isTime)
            run.Cancel();
    }
}
