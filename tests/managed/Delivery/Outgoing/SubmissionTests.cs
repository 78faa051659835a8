using System.Net;
using System.Net.Sockets;
using MailModule.Delivery.Outgoing;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>Messages sent over loopback to a server that follows a script.</summary>
public class SubmissionTests
{
    private const string Offer = "250-server\r\n250 STARTTLS";

    [Fact]
    public void A_message_arrives_and_its_states_come_in_order()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok", "550 5.1.1 nobody", "451 later"));
        using var outbox = new Outbox();
        var listener = new Outbox.Listener();
        Submission submission =
            outbox.Prepare("Subject: x\n\n.dot\nlast", server.Port, listener, "a@b.example, b@b.example; c@b.example");
        submission.Start();
        submission.Wait();
        Assert.Equal(["Subject: x\r\n\r\n..dot\r\nlast\r\n.\r\n"], server.Texts);
        Assert.Equal(["EHLO client.example", "MAIL FROM:<ann@a.example>", "RCPT TO:<a@b.example>",
            "RCPT TO:<b@b.example>", "RCPT TO:<c@b.example>", "DATA"], server.Lines.Take(6));
        Assert.Equal([(SubmissionState.FindHost, 0, ISubmissionObserver.All),
            (SubmissionState.Connecting, 0, ISubmissionObserver.All),
            (SubmissionState.Dialog, 0, ISubmissionObserver.All)], listener.All[..3]);
        Assert.Equal([(SubmissionState.Done, 21, 0), (SubmissionState.Failed, 550, 1),
            (SubmissionState.Failed, 451, 2)], listener.All[^3..]);
        Assert.Contains((SubmissionState.Sending, 21, ISubmissionObserver.All), listener.All);
        Assert.Equal(3, listener.Final.Length);
        Assert.True(listener.IsFinished);
        Assert.Empty(listener.Offences);
        Assert.Equal(Fault.RefusedPermanent, submission.Outcome);
    }

    [Fact]
    public void Where_nobody_listens_every_recipient_fails()
    {
        using var outbox = new Outbox();
        var listener = new Outbox.Listener();
        Submission submission = outbox.Prepare("x\n", UnusedPort(), listener, "a@b.example b@b.example");
        submission.Start();
        submission.Wait();
        Assert.Equal([(SubmissionState.Failed, -(long)Fault.Connect, 0),
            (SubmissionState.Failed, -(long)Fault.Connect, 1)], listener.Final);
        Assert.Equal(Fault.Connect, submission.Outcome);
        Assert.Empty(listener.Offences);
    }

    [Fact]
    public void A_name_that_is_none_is_a_failure_of_dns()
    {
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", 25, host: new string('x', 300));
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.Dns, submission.Outcome);
    }

    [Fact]
    public void The_next_address_of_a_name_is_tried_where_the_first_does_not_answer()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", server.Port, host: "localhost");
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
    }

    [Theory]
    [InlineData("554 not here", 554, Fault.RefusedPermanent)]
    [InlineData("421 busy", 421, Fault.RefusedTemporary)]
    [InlineData("garbage", -(int)Fault.Protocol, Fault.Protocol)]
    public void A_server_that_does_not_want_to_talk_is_reported_in_its_words(string greeting, int value, Fault fault)
    {
        using var server = new ScriptedSmtpServer(null, [greeting]);
        using var outbox = new Outbox();
        var listener = new Outbox.Listener();
        Submission submission = outbox.Prepare("x\n", server.Port, listener);
        submission.Start();
        submission.Wait();
        Assert.Equal([(SubmissionState.Failed, value, 0)], listener.Final);
        Assert.Equal(fault, submission.Outcome);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(5, false)]
    [InlineData(7, false)]
    [InlineData(9, false)]
    [InlineData(11, true)]
    public void A_connection_that_is_lost_fails_what_is_not_final(int steps, bool isUnknown)
    {
        using var server = new ScriptedSmtpServer(null, [.. Plain("250 ok").Take(steps - 1), Reset]);
        using var outbox = new Outbox();
        var listener = new Outbox.Listener();
        Submission submission = outbox.Prepare("x\n", server.Port, listener);
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.Closed, submission.Outcome);
        Assert.Equal(isUnknown, submission.Recipients[0].Result!.IsUnknown);
        Assert.Single(listener.Final);
        Assert.Empty(listener.Offences);
    }

    [Fact]
    public void Silence_ends_in_a_timeout()
    {
        using var server = new ScriptedSmtpServer(null, ["220 hello", Hang]);
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", server.Port, seconds: 1);
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.Timeout, submission.Outcome);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(10)]
    public void A_cancel_ends_it_at_any_point(int steps)
    {
        using var server = new ScriptedSmtpServer(null, [.. Plain("250 ok").Take(steps), Hang]);
        using var outbox = new Outbox();
        var listener = new Outbox.Listener();
        Submission submission = outbox.Prepare("x\n", server.Port, listener);
        submission.Start();
        Assert.True(server.HasHung.Wait(Outbox.Long));
        submission.Cancel();
        submission.Wait();
        Assert.Equal([(SubmissionState.Failed, -(long)Fault.Cancelled, 0)], listener.Final);
    }

    [Fact]
    public void A_cancel_before_the_start_is_a_cancel_too()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", server.Port);
        submission.Cancel();
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.Cancelled, submission.Outcome);
        Assert.Empty(server.Texts);
    }

    [Fact]
    public void The_end_of_the_set_cancels_what_is_under_way()
    {
        using var server = new ScriptedSmtpServer(null, ["220 hello", Hang]);
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", server.Port);
        submission.Start();
        Assert.True(server.HasHung.Wait(Outbox.Long));
        Assert.True(outbox.Connections.Stop(TimeSpan.Zero));
        submission.Wait();
        Assert.Equal(Fault.Cancelled, submission.Outcome);
    }

    [Theory]
    [InlineData(StartTlsUse.IfOffered)]
    [InlineData(StartTlsUse.Required)]
    internal void Tls_is_used_where_it_is_offered(StartTlsUse use)
    {
        string[] script = ["220 hello", Line, Offer, Line, "220 go", StartTls, .. Plain("250 ok").Skip(1)];
        using var server = new ScriptedSmtpServer(Loop.Certificate, script);
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", server.Port, startTls: use);
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal(["EHLO client.example", "STARTTLS", "EHLO client.example"], server.Lines.Take(3));
    }

    [Fact]
    public void A_certificate_that_nobody_vouches_for_is_refused_where_it_is_checked()
    {
        string[] script = ["220 hello", Line, Offer, Line, "220 go", StartTls, .. Plain("250 ok").Skip(1)];
        using var server = new ScriptedSmtpServer(Loop.Certificate, script);
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", server.Port, startTls: StartTlsUse.IfOffered, verify: true);
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.Tls, submission.Outcome);
        Assert.Empty(server.Texts);
    }

    [Theory]
    [InlineData("localhost", Fault.None)]
    [InlineData("127.0.0.1", Fault.Tls)]
    public void A_certificate_is_taken_from_a_trusted_root_and_for_its_own_name_alone(string host, Fault expected)
    {
        string[] script = ["220 hello", Line, Offer, Line, "220 go", StartTls, .. Plain("250 ok").Skip(1)];
        using var server = new ScriptedSmtpServer(Loop.Certificate, script);
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", server.Port, host: host, startTls: StartTlsUse.Required,
            verify: true, authorities: [Loop.Certificate]);
        submission.Start();
        submission.Wait();
        Assert.Equal(expected, submission.Outcome);
    }

    [Fact]
    public void A_handshake_that_fails_is_followed_by_clear_text_where_tls_is_opportunistic()
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, Offer, Line, "220 go", Garble],
            ["220 hello", Line, Offer, .. Plain("250 ok").Skip(3)]);
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", server.Port, startTls: StartTlsUse.IfOffered);
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public void A_handshake_that_fails_is_the_end_where_tls_is_required()
    {
        using var server = new ScriptedSmtpServer(null, ["220 hello", Line, Offer, Line, "220 go", Garble]);
        using var outbox = new Outbox();
        Submission submission = outbox.Prepare("x\n", server.Port, startTls: StartTlsUse.Required);
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.Tls, submission.Outcome);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public void A_slow_observer_does_not_hold_up_the_message()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = new Outbox();
        using var gate = new ManualResetEventSlim();
        var listener = new Outbox.Listener { Heard = _ => gate.Wait() };
        Submission submission = outbox.Prepare("x\n", server.Port, listener);
        submission.Start();
        Assert.True(submission.WaitForOutcome(Outbox.Long));
        Assert.Single(server.Texts);
        Assert.Empty(listener.Final);
        gate.Set();
        submission.Wait();
        Assert.Single(listener.Final);
    }

    [Fact]
    public void A_host_may_wait_for_a_message_inside_a_callback_of_another()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = new Outbox();
        Submission inner = outbox.Prepare("inner\n", server.Port);
        var listener = new Outbox.Listener
        {
            Heard = state =>
            {
                if (state != SubmissionState.Dialog)
                    return;
                inner.Start();
                inner.Wait();
            },
        };
        Submission outer = outbox.Prepare("outer\n", server.Port, listener);
        outer.Start();
        outer.Wait();
        Assert.Equal((Fault.None, Fault.None), (inner.Outcome, outer.Outcome));
        Assert.Equal(["inner\r\n.\r\n", "outer\r\n.\r\n"], server.Texts.Order());
    }

    [Fact]
    public void Many_messages_go_at_once()
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = new Outbox();
        Outbox.Listener[] listeners = [.. Enumerable.Range(0, 100).Select(_ => new Outbox.Listener())];
        Submission[] all = [.. listeners.Select(
            (listener, i) => outbox.Prepare($"message {i}\n", server.Port, listener))];
        Array.ForEach(all, submission => submission.Start());
        Array.ForEach(all, submission => submission.Wait());
        Assert.All(all, submission => Assert.Equal(Fault.None, submission.Outcome));
        Assert.Equal(100, server.Texts.Distinct().Count());
        Assert.All(listeners, listener => Assert.Empty(listener.Offences));
        Assert.All(listeners, listener => Assert.Single(listener.Final));
    }

    [Fact]
    public void A_text_that_could_not_be_kept_is_reported_like_any_failure()
    {
        using var outbox = new Outbox();
        var listener = new Outbox.Listener();
        Submission submission = outbox.Prepare("x\n", 25, listener);
        submission.Fail(Fault.Full);
        submission.Wait();
        Assert.Equal([(SubmissionState.Failed, -(long)Fault.Full, 0)], listener.All);
        Assert.Empty(listener.Offences);
    }

    private static int UnusedPort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }
}
